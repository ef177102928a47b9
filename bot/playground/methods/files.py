"""files.*: uploads in three steps, as files_upload_v2 makes them: an address, the bytes, the sharing."""

from bot.playground import files, messages
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.ids import secret
from bot.playground.json_types import Json

UPLOAD_PATH = "/upload/v1/"


def upload_url(call: Call) -> Json:
    name = call.need("filename")
    length = call.number("length", 0, 1_000_000_000)
    if not length:
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: length"]}
        )
    file_id = files.add(
        call.world, call.workspace, name=name, size=length, user_id=call.workspace.bot_user_id
    )["id"]
    return {"upload_url": f"{call.world.url}{UPLOAD_PATH}{file_id}/{secret()}", "file_id": file_id}


def complete_upload(call: Call) -> Json:
    asked = call.args.get("files")
    if not isinstance(asked, list) or not asked:
        raise SlackError("invalid_arguments")
    uploaded = [_uploaded(call, file) for file in asked]
    where = call.text("channel_id") or call.text("channels")
    if where:
        call.args = {**call.args, "channel": where}
        channel = call.joined_channel()
        thread_ts = call.text("thread_ts") or None
        if thread_ts is not None and thread_ts not in channel.messages:
            raise SlackError("thread_not_found")
        for file in uploaded:
            files.share(file, channel)
        author = messages.bot_author(call.world, call.workspace)
        said = {
            "text": call.text("initial_comment"),
            "files": uploaded,
            "subtype": "file_share",
            "upload": True,
        }
        messages.post(call.world, call.workspace, channel, author, said, thread_ts=thread_ts)
    return {"files": uploaded}


def _uploaded(call: Call, asked: Json) -> Json:
    file = call.world.files.get(asked.get("id", ""))
    if file is None or file["user_team"] != call.workspace.id or file["id"] not in call.world.file_contents:
        raise SlackError("file_not_found")
    files.host(file, title=asked.get("title") or file["name"])
    return file


def info(call: Call) -> Json:
    file = call.world.files.get(call.need("file"))
    if (
        file is None
        or file["user_team"] != call.workspace.id
        or not files.is_open_to_app(call.world, call.workspace, file)
    ):
        raise SlackError("file_not_found")
    return {"file": file, "content": call.world.file_contents.get(file["id"], b"").decode("utf-8", "replace")}


def delete(call: Call) -> Json:
    file = call.world.files.get(call.need("file"))
    if file is None or file["user_team"] != call.workspace.id:
        raise SlackError("file_not_found")
    del call.world.files[file["id"]]
    call.world.file_contents.pop(file["id"], None)
    return {}


METHODS: Methods = {
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), tier=4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), tier=4, writes=True),
    "files.info": Method(info, ("files:read",), tier=4),
    "files.delete": Method(delete, ("files:write",), tier=3, writes=True),
}

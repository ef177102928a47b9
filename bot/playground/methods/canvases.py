"""canvases.*: documents beside the conversation, kept as the markdown they were given."""

from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json

MOST_MARKDOWN_BYTES = 1024 * 1024  # https://docs.slack.dev/reference/methods/canvases.create (2026-11)


def create(call: Call) -> Json:
    return _new(call, None)


def create_in_channel(call: Call) -> Json:
    channel = call.joined_channel("channel_id")
    if any(canvas["channel_id"] == channel.id for canvas in call.workspace.canvases.values()):
        raise SlackError("channel_canvas_already_exists")
    return _new(call, channel.id)


def _new(call: Call, channel_id: str | None) -> Json:
    canvas_id = call.world.ids.new("F")
    call.workspace.canvases[canvas_id] = {
        "id": canvas_id,
        "title": call.text("title"),
        "channel_id": channel_id,
        "markdown": _markdown(call.args.get("document_content")),
    }
    return {"canvas_id": canvas_id}


def _markdown(document: object) -> str:
    if document is None:
        return ""
    if not isinstance(document, dict) or document.get("type") != "markdown":
        raise SlackError("invalid_arguments")
    text = str(document.get("markdown", ""))
    if len(text.encode()) > MOST_MARKDOWN_BYTES:
        raise SlackError("canvas_creation_failed", detail="content too large")
    return text


def edit(call: Call) -> Json:
    canvas = call.workspace.canvases.get(call.need("canvas_id"))
    if canvas is None:
        raise SlackError("canvas_not_found")
    for change in call.args.get("changes") or []:
        text = _markdown(change.get("document_content"))
        match change.get("operation"):
            case "insert_at_end":
                canvas["markdown"] += f"\n{text}"
            case "insert_at_start":
                canvas["markdown"] = f"{text}\n{canvas['markdown']}"
            case "replace" if "section_id" not in change:
                canvas["markdown"] = text
            case operation:
                raise SlackError(
                    "canvas_editing_failed", detail=f"{operation} is not known to the local Slack"
                )
    return {}


METHODS: Methods = {
    "canvases.create": Method(create, ("canvases:write",), tier=2, writes=True),
    "canvases.edit": Method(edit, ("canvases:write",), tier=3, writes=True),
    "conversations.canvases.create": Method(create_in_channel, ("canvases:write",), tier=2, writes=True),
}

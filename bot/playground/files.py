"""Files: what Slack knows of each, beside its bytes."""

import mimetypes

from bot.playground.json_types import Json
from bot.playground.world import Channel, Workspace, World


def add(world: World, workspace: Workspace, *, name: str, size: int, user_id: str) -> Json:
    """A file whose bytes are still to come."""
    file_id = world.ids.new("F")
    address = f"{world.url}/files/{file_id}"
    file: Json = {
        "id": file_id,
        "created": world.clock.seconds(),
        "name": name,
        "title": name,
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": name.rpartition(".")[2],
        "size": size,
        "user": user_id,
        "user_team": workspace.id,
        "mode": "pending",
        "is_external": False,
        "file_access": "visible",
        "channels": [],
        "groups": [],
        "ims": [],
        "permalink": f"https://{workspace.domain}.slack.com/files/{user_id}/{file_id}",
        "url_private": address,
        "url_private_download": address,
    }
    world.files[file_id] = file
    return file


SHARED_IN = {"public": "channels", "private": "groups", "mpim": "groups", "im": "ims"}


def share(file: Json, channel: Channel) -> None:
    file[SHARED_IN[channel.kind]] = [channel.id]


def is_open_to_app(world: World, workspace: Workspace, file: Json) -> bool:
    """Its own files, and those that were shared where it is."""
    shared = [channel_id for kind in set(SHARED_IN.values()) for channel_id in file[kind]]
    return file["user"] == workspace.bot_user_id or any(
        workspace.bot_user_id in world.channel(channel_id, workspace.id).members for channel_id in shared
    )


def keep(world: World, file: Json, content: bytes) -> None:
    world.file_contents[file["id"]] = content


def host(file: Json, *, title: str) -> None:
    """It is there for good."""
    file |= {"mode": "hosted", "title": title}

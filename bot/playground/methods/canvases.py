"""canvases.*: documents beside the conversation, kept as the markdown they were given."""

from collections.abc import Iterator

from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Workspace, World

MOST_MARKDOWN_BYTES = 1024 * 1024  # https://docs.slack.dev/reference/methods/canvases.create (2026-11)


def create(call: Call) -> Json:
    """On its own or, with `channel_id`, in a tab of a channel: the only kind that the free plan has, one a channel."""
    _require_canvases(call)
    channel_id = call.joined_channel("channel_id").id if call.text("channel_id") else None
    if call.workspace.plan == "free":
        if channel_id is None:
            raise SlackError("free_teams_cannot_create_non_tabbed_canvases")
        if any(_of_channel(call, channel_id)):
            raise SlackError("free_team_canvas_tab_already_exists")
    return _new(call, channel_id)


def create_in_channel(call: Call) -> Json:
    """A channel's own canvas, which it has once."""
    _require_canvases(call)
    channel = call.joined_channel("channel_id")
    if call.workspace.plan == "free" and any(_of_channel(call, channel.id)):
        raise SlackError("free_team_canvas_tab_already_exists")
    if any(canvas.get("is_own") for canvas in _of_channel(call, channel.id)):
        raise SlackError("channel_canvas_already_exists")
    return _new(call, channel.id, is_own=True)


def _require_canvases(call: Call) -> None:
    if call.workspace.plan == "no_canvases":
        raise SlackError("canvas_disabled_user_team")


def _of_channel(call: Call, channel_id: str) -> Iterator[Json]:
    return (canvas for canvas in call.workspace.canvases.values() if canvas["channel_id"] == channel_id)


def _new(call: Call, channel_id: str | None, *, is_own: bool = False) -> Json:
    content = _markdown(call.args.get("document_content"))
    canvas_id = add(call.world, call.workspace, call.text("title"), content, channel_id, is_own=is_own)
    return {"canvas_id": canvas_id}


def add(
    world: World, workspace: Workspace, title: str, content: str, channel_id: str | None, *, is_own: bool
) -> str:
    """The id of a new canvas; `is_own`: it is the channel's own and no further tab."""
    canvas_id = world.ids.new("F")
    workspace.canvases[canvas_id] = {
        "id": canvas_id,
        "title": title,
        "channel_id": channel_id,
        "is_own": is_own,
        "markdown": content,
    }
    return canvas_id


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
    _require_canvases(call)
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

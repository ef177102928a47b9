"""What Slack does with the app's answer: shows it, closes or changes the view, or says that something went wrong."""

from dataclasses import dataclass, field
from typing import cast

from bot.playground import content, messages, views
from bot.playground.app_link import AppAnswer
from bot.playground.errors import SlackError
from bot.playground.json_types import Json
from bot.playground.world import Actor, Channel, View, World

TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(slots=True)
class Result:
    """What the app answered and what could then be seen."""

    status: int | str
    body: object = ""
    ms: float = 0.0
    views_opened: list[Json] = field(default_factory=list)
    more: Json = field(default_factory=dict)

    def shown(self) -> Json:
        return {
            "status": self.status,
            "body": self.body,
            "ms": round(self.ms, 2),
            "views_opened": self.views_opened,
            **self.more,
        }


def show_command_answer(world: World, actor: Actor, channel: Channel, body: object) -> Json:
    """A command may be answered with a message; what Slack would not take is not shown, and why is told."""
    said = cast("Json", body) if isinstance(body, dict) else {"text": str(body)}
    given = {key: said[key] for key in ("text", "blocks", "attachments") if said.get(key)}
    if not given:
        return {}
    try:
        content.check_message(given, "response_url")
    except SlackError as refused:
        return {"trouble": refused.error, **refused.details}
    if said.get("response_type") == "in_channel":
        author = messages.bot_author(world, actor.workspace)
        messages.post(world, actor.workspace, channel, author, given)
    else:
        messages.show_ephemeral(world, actor.workspace, channel, actor.person.id, given)
    return {}


def follow_submission(world: World, actor: Actor, view_id: str, answer: AppAnswer) -> Result:
    """Closes, changes or keeps the submitted view as the answer says; trouble keeps it open."""
    result = Result(answer.status, answer.body, answer.ms)
    view = world.views.get(view_id)
    if view is None:
        return result
    view.errors, view.trouble = {}, None
    if not answer.ok:
        return _in_trouble(view, result, SlackError(str(answer.status)))
    try:
        _follow(world, actor, view, answer.body, result)
    except SlackError as error:
        return _in_trouble(view, result, error)
    return result


def _in_trouble(view: View, result: Result, error: SlackError) -> Result:
    view.trouble = TROUBLE
    result.more = {"trouble": TROUBLE, "because": error.error, **error.details}
    return result


def _follow(world: World, actor: Actor, view: View, body: object, result: Result) -> None:
    """Does what a `response_action` asks; raises SlackError where Slack would not."""
    if not body:
        views.close(world, view)
        return
    asked = cast("Json", body) if isinstance(body, dict) else {}
    match asked.get("response_action"):
        case "errors":
            view.errors = _field_errors(view, asked.get("errors"))
            result.more = {"errors": view.errors}
        case "clear":
            views.close(world, view, whole_stack=True)
        case "update":
            updated = views.update(world, actor.workspace, view, views.checked(asked.get("view"), "modal"))
            result.more = {"view": views.shown(updated)}
        case "push":
            pushed = views.push(world, actor.workspace, view, views.checked(asked.get("view"), "modal"))
            result.views_opened = [views.shown(pushed)]
        case _:
            raise SlackError("invalid_response_action")


def _field_errors(view: View, errors: object) -> dict[str, str]:
    """Slack shows errors only under input blocks it knows; anything else breaks the whole answer."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise SlackError("invalid_errors", known=sorted(inputs))
    return {str(block_id): str(said) for block_id, said in errors.items()}

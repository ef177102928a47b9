"""What stories about wins begin with: one that is told of, its card, what opens from there."""

from tests.person import Json, Slack
from tests.rituals.stories import opens

IMPORT = "The import takes four minutes"


async def tell(
    slack: Slack, title: str = IMPORT, *, by: str = "engineer", channel: str = "payments", **fields: object
) -> None:
    view = await form(slack, by, title, channel=channel)
    result = await slack.person(by).submit(view, {**fields})
    assert result.errors == {}, result.errors


async def told_of(
    slack: Slack, title: str = IMPORT, *, by: str = "engineer", channel: str = "payments", **fields: object
) -> Json:
    """The card of a new win."""
    await tell(slack, title, by=by, channel=channel, **fields)
    return await slack.message(channel, title)


async def form(slack: Slack, name: str, typed: str = "", *, channel: str = "payments") -> Json:
    """What opens for `/partner win …`."""
    person = slack.person(name)
    return await opens(person, person.command(channel, "/partner", f"win {typed}"))


async def choose(slack: Slack, name: str, card: Json, what: str) -> Json:
    """What opens for an entry of the card's menu."""
    person = slack.person(name)
    return await opens(person, person.press(card, "wins.change", f"{what}:{win_id(card)}"))


def win_id(card: Json) -> str:
    elements = [element for block in card["blocks"] for element in block.get("elements", [])]
    return str(next(one["value"] for one in elements if one.get("action_id") == "wins.thank"))

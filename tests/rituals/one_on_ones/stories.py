"""What stories of the 1:1 begin with: a pair that meets on Mondays at 10:00 in Berlin, and what each is shown."""

from datetime import UTC, datetime
from typing import Any

from tests.person import Json, Person, Slack, until, words_of
from tests.rituals.stories import dm_of, inputs, opens

COMMAND = "/one-on-one"
#: A Wednesday afternoon in Berlin, where the people of the local Slack live.
WEDNESDAY = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
#: The first Monday after it, 10:00 in Berlin; and the Friday on which both are asked.
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


async def set_up_pair(slack: Slack, *, by: str = "pm", other: str = "techlead", **fields: Any) -> str:
    """They meet on Mondays at 10:00; returns the id of their group DM."""
    person = slack.person(by)
    view = await opens(person, person.command("general", COMMAND, f"<@{slack.users[other]}>"))
    if fields.keys() - inputs(view):
        await person.press_in(view, "one_on_ones.more_fields")
        view = await person.view(view)
    result = await person.submit(view, {"weekday": "0", "time": "10:00", **fields})
    assert result.errors == {}, result.errors
    await until(lambda: group_dm(slack))
    found = await group_dm(slack)
    assert found is not None
    return found


async def group_dm(slack: Slack) -> str | None:
    """The conversation of several people in which the app said something."""
    state = await slack.state()
    for channel in state["channels"].values():
        if channel.get("is_mpim") and state["messages"].get(channel["id"]):
            return str(channel["id"])
    return None


async def prompt(slack: Slack, name: str) -> Json:
    """The latest questions before a meeting, as this one of the two was asked them."""
    asked = [m for m in await dm_of(slack, name) if "one_on_ones.answer" in str(m.get("blocks"))]
    return asked[-1]


async def agenda(slack: Slack, group: str) -> Json:
    """The latest agenda, as it stands."""
    return [m for m in await slack.messages(group) if words_of(m).startswith("1:1 ·")][-1]


async def page(person: Person) -> Json:
    return await opens(person, person.command("general", COMMAND))


async def settings(person: Person) -> Json:
    """The form that changes the only 1:1 of this person."""
    return await opens(person, person.press_in(await page(person), "one_on_ones.manage", "settings:1"))

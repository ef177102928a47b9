"""What stories about problems begin with: one that is logged, a team with sessions, one that goes on."""

from datetime import UTC, datetime
from typing import Any

from bot.app import App
from bot.clock import MovableClock
from tests.person import Json, Person, Slack, words_of
from tests.rituals.stories import choice, dm_of, opens, pass_to, set_up_team

COMMAND = "/problem"
LATE = "Partners learn hours late that a payment failed"

#: A Wednesday afternoon in Berlin, where the PM of the local Slack lives.
WEDNESDAY = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
#: The working day before the session, when the PM is asked; the session; and its end. 10:00 in Berlin each.
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NOT_YET_OVER = datetime(2026, 12, 2, 8, 59, tzinfo=UTC)
OVER = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
#: Twenty working days after the session; in this year no holiday lies between, as the team keeps none.
WEEKS_LATER = datetime(2026, 12, 28, 9, 0, tzinfo=UTC)


async def form(person: Person, typed: str = "", *, channel: str = "payments") -> Json:
    """The form, as the command opens it."""
    return await opens(person, person.command(channel, COMMAND, typed))


async def logged(
    slack: Slack, title: str = LATE, *, by: str = "pm", channel: str = "payments", **fields: Any
) -> Json:
    """The card of a new problem."""
    person = slack.person(by)
    result = await person.submit(await form(person, title, channel=channel), fields)
    assert result.errors == {}, result.errors
    assert result.body == "", words_of(result.body)
    return await slack.message(channel, title)


def problem_id(card: Json) -> str:
    """The id that a card's buttons carry."""
    return value_of(card, "problem_sessions.seen_again")


def value_of(shown: Json, action_id: str) -> str:
    """What the first button of this id carries."""
    elements = [
        element
        for block in shown["blocks"]
        for element in [*block.get("elements", []), block.get("accessory", {})]
    ]
    return str(next(one["value"] for one in elements if one.get("action_id") == action_id))


async def choose(person: Person, card: Json, what: str) -> Json:
    """What opens for an entry of the card's menu."""
    act = person.press(card, "problem_sessions.change", f"{what}:{problem_id(card)}")
    return await opens(person, act)


async def page(person: Person, name: str = "P-1", *, channel: str = "payments") -> str:
    """The words of a problem's page."""
    return words_of(await opens(person, person.command(channel, COMMAND, f"show {name}")))


async def with_sessions(slack: Slack, *, by: str = "pm", **fields: Any) -> None:
    """The payments team, with a PM and a tech lead, and sessions on Mondays at 10:00."""
    await set_up_team(slack, by=by)
    await sessions(slack, by=by, **fields)


async def sessions(slack: Slack, *, by: str = "pm", channel: str = "payments", **fields: Any) -> None:
    person = slack.person(by)
    view = await opens(person, person.command(channel, COMMAND, "session"))
    if fields.keys() - {"weekday", "time"}:
        await person.press_in(view, "problem_sessions.more_settings")
        view = await person.view(view)
    result = await person.submit(view, {"weekday": "0", "time": "10:00", **fields})
    assert result.errors == {}, result.errors
    await slack.message(channel, "Next:")


async def settings_page(slack: Slack, by: str = "pm") -> Json:
    person = slack.person(by)
    return await opens(person, person.command("payments", COMMAND, "session"))


async def manage(slack: Slack, page: Json, what: str, *, by: str = "pm") -> Json:
    """What opens for an entry of the page's menu."""
    person = slack.person(by)
    return await opens(person, person.press_in(page, "problem_sessions.manage", choice(page, what)))


async def picked(slack: Slack, *cards: Json, by: str = "pm") -> None:
    """The PM picks these for the next session, from the message that asks for it."""
    person = slack.person(by)
    asked = (await asked_to_pick(slack, by))[-1]
    view = await opens(person, person.press(asked, "problem_sessions.pick"))
    chosen = dict(zip(("first", "second", "third"), map(problem_id, cards), strict=False))
    none = dict.fromkeys(("first", "second", "third"))
    result = await person.submit(view, {**none, **chosen})
    assert result.errors == {}, result.errors


async def asked_to_pick(slack: Slack, name: str) -> list[Json]:
    return [m for m in await dm_of(slack, name) if "Which three problems" in words_of(m)]


async def begun(slack: Slack, bot: App, clock: MovableClock, *titles: str) -> list[Json]:
    """A session on Monday about these problems; the message of each in the channel."""
    await with_sessions(slack)
    cards = [await logged(slack, title) for title in titles]
    await pass_to(bot, clock, FRIDAY)
    await picked(slack, *cards)
    await pass_to(bot, clock, MONDAY)
    return [await of_session(slack, f"{n + 1}. {title}") for n, title in enumerate(titles)]


async def of_session(slack: Slack, holding: str) -> Json:
    """The newest message in the channel with these words."""
    await slack.message("payments", holding)
    return [m for m in await slack.messages("payments") if holding in words_of(m)][-1]


async def add_idea(slack: Slack, by: str, shown: Json, said: str) -> None:
    person = slack.person(by)
    view = await opens(person, person.press(shown, "problem_sessions.add_idea"))
    result = await person.submit(view, {"text": said})
    assert result.errors == {}, result.errors


async def reveal(slack: Slack, *, by: str = "pm") -> None:
    """The one idea that is hidden is shown."""
    await slack.person(by).press(await slack.message("payments", "1 idea so far"), "problem_sessions.reveal")


async def say_outcome(slack: Slack, shown: Json, outcome: str, *, by: str = "pm") -> None:
    pick_id = value_of(shown, "problem_sessions.add_idea")
    await slack.person(by).press(shown, "problem_sessions.outcome", f"{outcome}:{pick_id}")


async def thread(slack: Slack, shown: Json) -> list[Json]:
    """What stands in the thread of a message."""
    said = await slack.messages("payments")
    return [m for m in said if m.get("thread_ts") == shown["ts"] and m["ts"] != shown["ts"]]

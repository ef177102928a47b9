"""The living log: a page in the channel lists its decisions and is kept up to date, where Slack has one for it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import MovableClock
from bot.rituals.decisions.listeners.keeping import given_up
from bot.rituals.decisions.models import LivingLog
from bot.workspaces.models import Workspace
from tests.person import Json, Slack, until, words_of
from tests.rituals.one_on_ones.stories import WEDNESDAY
from tests.rituals.stories import (
    choose,
    dm_of,
    logged,
    opens,
    replaced,
    saved,
    set_up_team,
    settle,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.slow]

SETTLED = timedelta(seconds=61)


@pytest.fixture(autouse=True)
def _on_wednesday(clock: MovableClock) -> None:
    clock.set(WEDNESDAY)


async def _turn_on(slack: Slack, *, by: str = "pm", channel: str = "payments") -> Json:
    person = slack.person(by)
    view = await opens(person, person.command(channel, "/decision", "canvas"))
    assert (await person.submit(view)).errors == {}
    return view


async def _canvases(slack: Slack, channel: str = "payments") -> list[Json]:
    found = (await slack.state(messages="0"))["canvases"]
    return [canvas for canvas in found if canvas["channel_id"] == slack.channels[channel]]


async def _canvas(slack: Slack, holding: str, *, without: str = "\0", channel: str = "payments") -> str:
    """The words of the channel's one canvas, as soon as it has these and not those."""

    async def look() -> str | None:
        canvases = await _canvases(slack, channel)
        assert len(canvases) < 2
        said = [one["markdown"] for one in canvases]
        return next((words for words in said if holding in words and without not in words), None)

    return await until(look)


async def _pinned(slack: Slack) -> list[str]:
    channel = (await slack.state(messages="0"))["channels"][slack.channels["payments"]]
    return [pin["message"]["ts"] for pin in channel["pins"]]


async def _pass(bot: App, clock: MovableClock, time: timedelta = SETTLED) -> None:
    clock.advance(time)
    await settle(bot)


async def test_a_canvas_lists_what_holds_and_is_one_edit_behind_many_changes(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await saved(slack, "Use <webhooks> *now*", deciders=["pm", "techlead"])
    first = await slack.message("payments", "webhooks")
    await _turn_on(slack)
    page = await _canvas(slack, "webhooks")
    assert f"**[D-1](https://acme.slack.com/archives/{first['channel']}/p" in page
    assert r"Use \<webhooks\> \*now\*** —" not in page
    assert r"Use \<webhooks\> \*now\* — accepted · 25 Nov 2026 · pm, techlead" in page
    assert "Replaced since" not in page

    await saved(slack, "Poll every minute")
    await replaced(slack, first, "Use a queue")
    await settle(bot)
    assert await slack.calls("canvases.edit") == []
    await _pass(bot, clock)
    page = await _canvas(slack, "Use a queue")
    holds, _heading, before = page.partition("## Replaced since")
    assert holds.index("D-3") < holds.index("D-2")
    assert "D-1" not in holds
    assert "superseded" in before
    assert len(await slack.calls("canvases.edit")) == 1

    view = await opens(slack.person("pm"), slack.person("pm").press(first, "decisions.open"))
    withdrawal = await opens(slack.person("pm"), slack.person("pm").press_in(view, "decisions.withdraw"))
    await slack.person("pm").submit(withdrawal, {"reason": "a mistake"})
    await slack.person("techlead").press(
        await slack.message("payments", "Use a queue"), "decisions.acknowledge"
    )
    await _pass(bot, clock)
    await _canvas(slack, "Use a queue", without="superseded")
    assert len(await slack.calls("canvases.edit")) == 2

    form = await choose(slack.person("pm"), await slack.message("payments", "Use a queue"), "edit")
    assert (await slack.person("pm").submit(form, {"context": "It scales"})).errors == {}
    await _pass(bot, clock)
    assert len(await slack.calls("canvases.edit")) == 2  # the page would be the same


async def test_a_team_that_moves_takes_its_log_along_but_not_what_was_decided_in_private(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack, channel="leads", name="Leads")
    await logged(slack, "A private matter", channel="leads")
    await _turn_on(slack, channel="leads")
    assert "private" in await _canvas(slack, "D-1", channel="leads")

    person = slack.person("pm")
    settings = await opens(person, person.command("leads", "/partner", "team"))
    assert (await person.submit(settings, {"channel": "payments"})).errors == {}
    await logged(slack, "Use webhooks")
    await _pass(bot, clock)
    assert "private" not in await _canvas(slack, "Use webhooks")
    assert "webhooks" not in await _canvas(slack, "D-1", channel="leads")


@pytest.mark.parametrize(
    ("hindrance", "why"),
    [("scope", "not granted `canvases:write`"), ("plan", "one canvas, and there is one already")],
)
async def test_where_slack_has_no_canvas_a_pinned_message_lists_the_newest(
    slack: Slack, bot: App, clock: MovableClock, hindrance: str, why: str
) -> None:
    workspace = next(iter(slack.local.state.world.workspaces.values()))
    if hindrance == "scope":
        workspace.scopes -= {"canvases:write"}
    else:
        workspace.plan = "free"
        theirs = {"channel": slack.channels["payments"], "title": "Ours", "markdown": "Lunch on Fridays"}
        await slack.post(f"as/{slack.users['engineer']}/canvas", theirs)
    await set_up_team(slack)
    await saved(slack, "Use <webhooks>", deciders=["pm"])
    await _turn_on(slack)
    assert why in words_of(await told(slack, "pm", "Slack has no canvas"))
    shown = await slack.message("payments", "Kept up by Common Ground")

    async def pinned() -> bool:
        return await _pinned(slack) == [shown["ts"]]

    await until(pinned)
    assert "&lt;webhooks&gt; · accepted · 25 Nov 2026 · pm" in words_of(shown)
    await saved(slack, "Poll every minute")
    await _pass(bot, clock)
    later = await slack.message("payments", "Poll every minute · accepted")
    assert later["ts"] == shown["ts"]
    if hindrance == "plan":
        assert [canvas["markdown"] for canvas in await _canvases(slack)] == ["Lunch on Fridays"]
    assert await _pinned(slack) == [shown["ts"]]


async def test_a_canvas_that_somebody_deleted_is_not_made_again_until_somebody_wants_it(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await saved(slack, "Use webhooks")
    await _turn_on(slack)
    await _canvas(slack, "webhooks")
    [canvas] = await _canvases(slack)
    await _given_up_elsewhere(bot)
    await slack.post(f"as/{slack.users['engineer']}/delete_canvas", {"canvas": canvas["id"]})
    await saved(slack, "Poll every minute")
    await _pass(bot, clock)
    assert "begins a new one" in words_of(await told(slack, "pm", "Somebody deleted the canvas"))
    await saved(slack, "Use a queue")
    await _pass(bot, clock)
    assert await _canvases(slack) == []
    assert len(await slack.calls("canvases.edit")) == 1

    await _turn_on(slack)
    assert "Poll every minute" in await _canvas(slack, "Use a queue")


async def _given_up_elsewhere(bot: App) -> None:
    """Another workspace's outbox speaks of the same id: that is not ours."""
    async with bot.database.begin() as session:
        delivery_id = await session.scalar(select(LivingLog.document_id))
        assert delivery_id is not None
        event = {"delivery": delivery_id, "code": "missing_scope"}
        await given_up(session, event=event, workspace=Workspace(id=99), now=WEDNESDAY)


async def test_it_stops_when_told_and_says_so_and_a_second_press_changes_nothing(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await saved(slack, "Use webhooks")
    first = await _turn_on(slack)
    await _canvas(slack, "webhooks")
    pm = slack.person("pm")
    window = await opens(pm, pm.command("payments", "/decision", "canvas"))
    assert "in a canvas of" in words_of(window)
    for _press in range(2):
        await pm.press_in(window, "decisions.canvas_off")
    await _canvas(slack, "not kept up any more")
    await saved(slack, "Poll every minute")
    await _pass(bot, clock)
    assert "Poll" not in await _canvas(slack, "webhooks")

    await _turn_on(slack)
    await _canvas(slack, "Poll every minute", without="not kept up")
    assert first["id"] not in await pm.views()


async def test_only_who_may_change_the_team_turns_it_on(slack: Slack, bot: App) -> None:
    pm, engineer, guest = (slack.person(name) for name in ("pm", "engineer", "guest"))
    empty = await pm.command("payments", "/decision", "canvas")
    assert "nothing to keep" in empty.text
    await set_up_team(slack)
    await saved(slack, "Use webhooks", channel="payments")
    await _turn_on(slack)
    await _canvas(slack, "webhooks")
    window = await opens(engineer, engineer.command("payments", "/decision", "canvas"))
    await set_up_team(slack, who_may="owners")
    await engineer.press_in(window, "decisions.canvas_off")
    await told(slack, "engineer", "Ask one of them")
    for person in (engineer, guest):
        for what in ("canvas", "digest"):
            refused = await person.command("payments", "/decision", what)
            assert "Ask " in refused.text
    window = await opens(pm, pm.command("payments", "/decision", "canvas"))
    assert "The log is kept in a canvas" in words_of(window)
    for title in ("canvas of the team", "Digest emails weekly"):
        view = await opens(engineer, engineer.command("payments", "/decision", title))
        assert view["state"]["values"]["title"]["value"]["value"] == title


async def test_a_canvas_that_may_have_been_made_is_not_made_twice(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    await set_up_team(slack)
    await saved(slack, "Use webhooks")
    await slack.fault("canvases.create", "reset_after_commit")
    await _turn_on(slack)
    await _canvas(slack, "webhooks")

    async def is_told() -> str:
        await _pass(bot, clock)
        return next(
            (words for m in await dm_of(slack, "pm") if "may or may not" in (words := words_of(m))), ""
        )

    assert "delete it if it is there" in await until(is_told)
    assert len(await slack.calls("canvases.create")) == 1

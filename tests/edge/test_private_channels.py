"""What was decided in a private channel stays there: no title, no number, no count for those who are not in it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.rituals.decisions.models import Decision
from bot.slack import directory
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Json, Person, Slack, until, words_of

pytestmark = pytest.mark.alike

SECRET = "Close the Lisbon office"
PRIVATE = "leads"  # pm and techlead are in it, and the bot


@pytest.fixture
async def hidden(slack: Slack, bot: App) -> Json:
    """A decision in a private channel, which one in a public channel is linked to; its card."""
    pm = slack.person("pm")
    for channel, title in ((PRIVATE, SECRET), ("payments", "Announce it in May")):
        opened = await pm.command(channel, "/decision", title)
        more = await pm.press_in(opened.view, "decisions.more_fields")
        assert more.status == 200
        view = await pm_view(pm, opened.view)
        links = {"links": "D-1"} if channel == "payments" else {"must_know": ["engineer", "techlead"]}
        saved = await pm.submit(view, {**links})
        assert saved.errors == {}, saved.body
    await slack.message("payments", "Announce it in May")
    return await slack.message(PRIVATE, SECRET)


async def pm_view(pm: Person, view: Json) -> Json:
    async def look() -> Json | None:
        found = (await pm.sees())["views"]
        return next((v for v in found if v["id"] == view["id"] and "links" in str(v["blocks"])), None)

    return await until(look)


async def everything_they_can_ask(
    slack: Slack, door: Door, who: str, channel: str = "general"
) -> dict[str, str]:
    """Every door that shows decisions, as this person: what came back, in words."""
    team, user, where = slack.described["team_id"], slack.users[who], slack.channels[channel]
    found: dict[str, str] = {}
    asked = {
        "search": "search Lisbon office",
        "why": "why close the office",
        "list": "list",
        "list open": "list accepted",
        "show": "show D-1",
    }
    for name, text in asked.items():
        found[name] = (await door.send(d.command(team, user, where, text))).text
    for action, value in (
        ("decisions.open", "1"),
        ("decisions.change", "open:1"),
        ("decisions.question", "1"),
    ):
        found[action] = (await door.send(d.press(team, user, action, value, channel=where))).text
    form = d.view(
        "decisions.form", metadata={"channel": where}, fields={"title": f"{SECRET} now", "context": "x"}
    )
    found["similar"] = (await door.send(d.submission(team, user, form))).text
    link = d.view(
        "decisions.linking", metadata={"record": 2}, fields={"relation": ("supersedes",), "links": "D-1"}
    )
    found["link"] = (await door.send(d.submission(team, user, link))).text
    answer = d.view("decisions.reason", metadata={"record": 1, "answer": "question"}, fields={"reason": "x"})
    found["answer"] = (await door.send(d.submission(team, user, answer))).text
    return found


async def shown(slack: Slack, bot: App, user: str, *, since: int) -> str:
    """Views, Home and newer passing messages of a person, once the bot has nothing more to say."""
    await bot.tasks.idle()
    seen = await slack.state(user=user)
    return words_of([seen["views"], seen["ephemerals"][since:], list(seen["homes"].values())])


async def assert_nothing_leaks(slack: Slack, bot: App, door: Door, who: str) -> None:
    """Apart from what they typed themselves, and the number as they asked for it."""
    before = len((await slack.state(user=slack.users[who]))["ephemerals"])
    async with bot.database.read() as session:
        of_all = await session.scalar(select(func.count()).select_from(Decision))
    answers = await everything_they_can_ask(slack, door, who)
    for name, text in answers.items():
        told = text.replace(f"{SECRET} now", "").replace("There is no D-1 that you can see", "")
        assert SECRET not in told, (name, text)
        assert "*D-1*" not in told, (name, text)
        assert "D-1 " not in told, (name, text)
        assert f"{of_all} decisions" not in told, (name, text)
    seen = (await shown(slack, bot, slack.users[who], since=before)).replace(f"{SECRET} now", "")
    assert SECRET not in seen
    assert "*D-1*" not in seen


async def test_who_is_not_in_the_channel_learns_nothing(
    slack: Slack, bot: App, door: Door, hidden: Json
) -> None:
    for who in ("engineer", "designer", "admin", "owner", "guest", "stranger", "gone", "otherbot"):
        await assert_nothing_leaks(slack, bot, door, who)


async def test_home_shows_nothing_of_a_channel_one_is_not_in(slack: Slack, bot: App, hidden: Json) -> None:
    for who, sees in (("engineer", False), ("admin", False), ("techlead", True)):
        await slack.person(who).open_home()
        await bot.tasks.idle()
        home = (await slack.state(user=slack.users[who]))["homes"].get(slack.users[who])
        assert home is not None
        assert (SECRET in words_of(home)) is sees
        assert (
            "1 thing waits" in words_of(home)
        ) is sees  # the engineer must know it, and is not in the channel


async def test_a_card_elsewhere_links_to_it_without_its_number_or_title(slack: Slack, hidden: Json) -> None:
    card = await slack.message("payments", "Announce it in May")
    words = words_of(card)
    assert f"<#{slack.channels[PRIVATE]}>" in words
    assert "D-1" not in words
    assert SECRET not in words


async def test_the_page_names_it_for_those_who_are_in_the_channel(
    slack: Slack, bot: App, door: Door, hidden: Json
) -> None:
    for who, sees in (("techlead", True), ("engineer", False)):
        opened = await slack.person(who).command("payments", "/decision", "show D-2")
        assert ("Lisbon" in words_of(opened.view)) is sees
        assert (" D-1 " in words_of(opened.view)) is sees


async def test_who_has_left_sees_nothing_at_once_when_slack_says_so(
    slack: Slack, bot: App, door: Door, hidden: Json
) -> None:
    lead = slack.person("techlead")
    assert SECRET in (await lead.command("general", "/decision", "list")).text
    await slack.post(f"as/{lead.id}/leave", {"channel": slack.channels[PRIVATE]})
    await _told_of(slack, "member_left_channel")
    await assert_nothing_leaks(slack, bot, door, "techlead")


async def test_from_the_home_of_who_has_left_its_decisions_go_by_themselves(
    slack: Slack, bot: App, hidden: Json
) -> None:
    lead = slack.person("techlead")
    assert SECRET in words_of(await lead.open_home())
    await slack.post(f"channels/{PRIVATE}", {"remove": ["techlead"]})

    async def is_gone() -> bool:
        return SECRET not in words_of((await lead.sees())["homes"][lead.id])

    await until(is_gone)


async def test_who_has_left_sees_nothing_after_five_minutes_when_slack_says_nothing(
    slack: Slack, bot: App, door: Door, clock: MovableClock, hidden: Json
) -> None:
    lead = slack.person("techlead")
    assert SECRET in (await lead.command("general", "/decision", "list")).text
    channel = slack.local.state.world.channels[slack.channels[PRIVATE]]
    del channel.members[lead.id]
    clock.advance(timedelta(seconds=301))
    await assert_nothing_leaks(slack, bot, door, "techlead")


async def test_a_channel_made_private_closes_within_five_minutes(
    slack: Slack, bot: App, door: Door, clock: MovableClock
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", SECRET)
    await slack.person("pm").submit(opened.view)
    assert SECRET in (await slack.person("designer").command("general", "/decision", "list")).text
    await slack.post(f"channels/{slack.channels['payments']}", {"private": True})
    clock.advance(timedelta(seconds=301))
    await assert_nothing_leaks(slack, bot, door, "designer")
    assert SECRET in (await slack.person("engineer").command("general", "/decision", "list")).text


@pytest.mark.parametrize("method", ["users.info", "users.conversations", "conversations.list"])
async def test_when_slack_does_not_say_who_is_where_nobody_sees_anything(
    slack: Slack, clock: MovableClock, hidden: Json, method: str
) -> None:
    for kind in ("error", "http", "hang"):
        assert SECRET in (await slack.person("techlead").command("general", "/decision", "list")).text
        clock.advance(timedelta(seconds=301))
        await slack.fault(method, kind, times=20)
        answer = await slack.person("techlead").command("general", "/decision", "list")
        assert answer.status == 200
        assert SECRET not in answer.text, kind
        assert "D-1" not in answer.text, kind
        await slack.clear_faults()


async def test_slack_that_wants_to_be_asked_later_is_asked_later_and_for_the_rest_only(
    slack: Slack, bot: App, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", SECRET)
    await slack.person("pm").submit(opened.view)
    clock.advance(timedelta(seconds=301))
    monkeypatch.setattr(directory, "PAGE", 3)
    before = len(await slack.calls("conversations.list"))
    await slack.fault("conversations.list", "latency", 0)  # the first page comes
    await slack.fault("conversations.list", "http", {"status": 429, "retry_after": 3})
    designer = slack.person("designer")

    async def seen() -> bool:
        return SECRET in (await designer.command("payments", "/decision", "list")).text

    assert not await seen()
    await until(seen)
    asked = (await slack.calls("conversations.list"))[before:]
    assert [call["status"] for call in asked] == [200, 429, 200]
    assert ["cursor" in call["arguments"] for call in asked] == [False, True, True]


async def test_who_looks_now_and_then_need_not_wait_for_slack(
    slack: Slack, bot: App, clock: MovableClock
) -> None:
    opened = await slack.person("pm").command("payments", "/decision", SECRET)
    await slack.person("pm").submit(opened.view)
    designer = slack.person("designer")
    clock.advance(timedelta(seconds=200))
    assert SECRET in (await designer.command("payments", "/decision", "list")).text

    async def asked_twice() -> bool:
        return len(await slack.calls("conversations.list")) == 2

    await until(asked_twice)
    clock.advance(timedelta(seconds=200))
    await slack.fault("conversations.list", "hang", times=20)
    assert SECRET in (await designer.command("payments", "/decision", "list")).text


async def test_a_button_for_a_message_in_a_channel_one_cannot_see_keeps_nothing(
    slack: Slack, bot: App, door: Door, db: Database, hidden: Json
) -> None:
    team, user = slack.described["team_id"], slack.users["engineer"]
    value = f"{slack.channels[PRIVATE]}:{hidden['ts']}"
    await door.send(d.press(team, user, "decisions.log_captured", value, channel=slack.channels["general"]))
    assert "not there any more" in await d.told(slack, user)
    assert await slack.calls("views.open") != []  # those of the decisions above
    async with db.read() as session:
        rows = (await session.scalars(select(Decision.source_id))).all()
    assert set(rows) == {None}


async def _told_of(slack: Slack, event: str) -> None:
    async def look() -> bool:
        entries = await slack.get("ledger", since="0")
        return any(
            e.get("kind") == "request"
            and e["status"] == 200
            and (e["payload"].get("event") or {}).get("type") == event
            for e in entries
        )

    await until(look)

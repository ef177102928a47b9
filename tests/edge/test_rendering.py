"""Whatever people type: no view is refused, nothing of theirs comes alive, nothing is cut without a word."""

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot import agenda
from bot.access.rules import Kind, Viewer
from bot.outbox import notices
from bot.outbox.models import DeliveryState
from bot.outbox.service import Trouble
from bot.people.models import Absence, Member, Team, TeamDaysOff
from bot.playground.rules import check_message, check_view
from bot.playground.rules.whole import text_length
from bot.records.links import LinkedRecord
from bot.records.models import Relation, Revision, Source, SourceState
from bot.ritual import Suggestion
from bot.rituals.decisions.models import (
    Acknowledgement,
    Alternative,
    Answer,
    Decision,
    DecisionPerson,
    DecisionTag,
    Part,
    Status,
)
from bot.rituals.decisions.queries import Found, Hit
from bot.rituals.decisions.service import Sheet
from bot.rituals.decisions.views import form, home, messages, page
from bot.rituals.decisions.views.form import FormState
from bot.rituals.partner.views import away as partner_away
from bot.rituals.partner.views import home as partner_home
from bot.rituals.partner.views import menu as partner_menu
from bot.rituals.partner.views import team as partner_team
from bot.slack import blocks as b
from bot.slack import limits, text
from bot.slack.home import waiting_blocks
from tests.person import words_of

SEED = 20_261_123
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
VIEWER = Viewer(1, "U0ME0000000", Kind.MEMBER, True, frozenset({"C0HERE00000"}))
PERMALINK = "https://acme.slack.com/archives/C0HERE00000/p1"

LIVE = (
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!subteam^S0EVIL>",
    "<@U0EVIL>",
    "<#C0EVIL>",
    "<https://evil.example|https://acme.example>",
    "<mailto:evil@evil.example|mail>",
    "<!date^1^{date}^https://evil.example|today>",
    "[corp](https://evil.example)",
    "![x](https://evil.example/x.png)",
)
WRAPS = (
    "{}",
    "&lt;{}&gt;",
    "*{}*",
    "`{}`",
    ">{}",
    "<{}",
    "{}>",
    "https://acme.example/{}",
    "(https://acme.example{}",
    "\u202e{}\u202c",
    "\u200b{}\u2060",
    "\u2066{}\u061c",
    "x{}y\x00",
    "={}",
    "@{}\t",
)
ODD = tuple(
    json.loads(f'"{escaped}"')
    for escaped in (
        r"&lt;!channel&gt;",
        r"<\u200b!channel>",
        r"<!channel",
        r"\u202e>lennahc!<",
        r"=1+1|A1",
        r"\ud83d",
    )
)
INJECTIONS = [wrap.format(live) for live in LIVE for wrap in WRAPS] + [*ODD]
INJECTIONS += [f"{one}{other}" for one in LIVE for other in INJECTIONS[::4]][: 500 - len(INJECTIONS)]

HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x08]")
TOKEN = re.compile(r"<([^<>\n]*)>")
OURS = re.compile(
    r"@U0[A-DF-Z][A-Z0-9]*|#C0[A-DF-Z][A-Z0-9]*|!date\^\d+\^\{date_short_pretty\} \{time\}\|[^|<>]*UTC"
    rf"|{re.escape(PERMALINK)}\|Go to the message|https?://[^|<>]+"
)
ALPHABETS = ("<>&", "ab cde", "😀👩‍👩‍👧 ", "שלום עולם ", "مرحبا ", "\n", "x", "`*_~", "日本語")


class Typing:
    """Everything that people can type or choose, at random."""

    def __init__(self, seed: int, injections: list[str] | None = None) -> None:
        self.dice = random.Random(seed)
        self.injections = injections

    def words(self, most: int) -> str:
        if self.injections:
            return self.dice.choice(self.injections)[:most] or "x"
        length = self.dice.choice([1, 2, 10, 60, most // 2 or 1, most, most])
        alphabet = self.dice.choice(ALPHABETS)
        chunk = "".join(self.dice.choices(alphabet, k=min(length, 23)))  # a longer text repeats it
        return ("x" + chunk * (length // len(chunk) + 1))[: min(length, most)]

    def some(self, most: int) -> str:
        return self.dice.choice(["", self.words(most)])

    def count(self, *of: int) -> int:
        return of[1] if self.injections else self.dice.choice(of)

    def people(self) -> list[str]:
        named = [f"U0P{n:08}" for n in range(self.count(0, 1, 2, 13, 60))]
        return [*named, self.words(32)] if self.injections else named

    def day(self) -> date | None:
        return self.dice.choice([None, date(2026, 2, 15), date(1999, 12, 31)])

    def team(self) -> Team:
        pm, lead = self.dice.choice([None, "U0PM0000000"]), self.dice.choice([None, "U0LEAD00000"])
        team = Team(
            id=3,
            workspace_id=1,
            channel_id="C0HERE00000",
            name=self.words(80),
            pm_id=pm,
            lead_id=lead,
            timezone="Europe/Oslo",
            who_may="channel",
            capture_emoji=self.some(100) or None,
            is_set_up=self.dice.choice([True, False]),
            created_by="U0ME0000000",
            working_days=self.dice.choice([list(range(5)), list(range(7)), [6]]),
            country=self.dice.choice([None, "DE"]),
            region=None,
        )
        team.members = [Member(user_id=user) for user in self.people()]
        team.days_off = [
            TeamDaysOff(first=NOW.date(), last=NOW.date(), name=self.some(80))
            for _ in range(self.count(0, 1, 30))
        ]
        return team

    def source(self) -> Source | None:
        """A message as Slack has it, which has escaped what people typed."""
        if self.dice.random() < 0.5:
            return None
        return Source(
            text=text.escape(self.words(10_000)),
            user_id=self.dice.choice([None, "U0AUTHOR"]),
            state=self.dice.choice(list(SourceState)),
            permalink=self.dice.choice([None, PERMALINK]),
            thread=[
                {"user": "U0A00000000", "ts": "1.0", "text": text.escape(self.words(2_000))}
                for _ in range(self.count(0, 1, 30))
            ],
        )

    def decision(self) -> Decision:
        withdrawn = self.dice.random() < 0.2
        made = Decision(
            id=self.count(1, 10**12),
            number=self.count(1, 10**9),
            workspace_id=1,
            channel_id="C0HERE00000",
            title=self.words(150),
            status=self.dice.choice(list(Status)),
            outcome=self.some(3_000),
            context=self.some(3_000),
            trade_offs=self.some(3_000),
            decided_on=self.day(),
            revisit_on=self.day(),
            revisit_when=self.some(300),
            notes=self.some(10_000),
            created_by="U0ME0000000",
            created_at=NOW,
            edited_at=self.dice.choice([None, NOW]),
            withdrawn_at=NOW if withdrawn else None,
            withdrawn_by="U0ME0000000" if withdrawn else None,
            withdrawn_why=self.words(500) if withdrawn else None,
        )
        made.team, made.source = self.team(), self.source()
        made.alternatives = [
            Alternative(name=self.words(150), why_not=self.some(3_000), reconsider_when=self.some(300))
            for _ in range(self.count(0, 1, 5, 6, 20, 60))
        ]
        made.people = [DecisionPerson(part=part, user_id=user) for part in Part for user in self.people()]
        made.tags = [DecisionTag(tag=self.words(40)) for _ in range(self.count(0, 1, 20))]
        made.acknowledgements = [
            Acknowledgement(
                user_id=f"U0P{n:08}", answer=self.dice.choice(list(Answer)), reason=self.some(3_000)
            )
            for n in range(self.count(0, 1, 60))
        ]
        return made

    def sheet(self) -> Sheet:
        seen = [(f"D-{n}", self.words(150)) for n in range(20)] + [(None, None)]
        links = [
            LinkedRecord(
                self.dice.choice(list(Relation)),
                self.dice.choice([True, False]),
                n,
                "C0THERE0000",
                name,
                title,
                is_withdrawn=self.dice.choice([True, False]),
            )
            for n in range(self.count(0, 1, 6, 40))
            for name, title in [self.dice.choice(seen)]
        ]
        muted = {f"U0P{n:08}": self.words(255) for n in range(self.count(0, 3, 60))}
        return Sheet(self.decision(), links, muted)

    def found(self) -> Found:
        terms = self.dice.choice([(), ("x",), ("webhooks", "evil", "channel")])
        hits = [Hit(self.decision(), 1.0, frozenset()) for _ in range(self.count(0, 1, 5))]
        return Found(hits, self.dice.choice([True, False]), terms)

    def revisions(self) -> list[Revision]:
        values: list[Any] = [None, self.words(3_000), self.people(), "2026-02-15"]
        rows = [{"name": self.words(150), "why_not": self.some(3_000), "reconsider_when": self.some(300)}]
        changes = {
            f: [self.dice.choice(values), self.dice.choice(values)] for f in ("title", "context", "tags")
        }
        changes["alternatives"] = [self.dice.choice([rows, rows * 20, []]), self.dice.choice([rows, []])]
        return [Revision(user_id="U0ME0000000", at=NOW, changes=changes) for _ in range(self.count(0, 1, 12))]

    def form(self) -> FormState:
        decision = self.decision()
        decision.alternatives = decision.alternatives[:20]
        values = self.dice.choice([{}, form.values_of(decision)])
        in_channel = self.dice.choice([{"channel": "C0HERE00000"}, {}])
        return FormState(
            ids=self.dice.choice([in_channel, {"record": decision.id, "edits": 3, "draft": "record:1"}]),
            values=values,
            rows=form.rows_of(values),
            more=self.dice.choice([True, False]),
            generation=self.count(0, 1, 7),
            offer=self.dice.choice([None, "You have a draft."]),
            teams=[(self.words(80), f"C0TEAM{n}") for n in range(self.count(0, 1, 100))],
            similar=[self.decision() for _ in range(self.count(0, 1, 3))],
            heading=self.dice.choice([None, messages.replacing_heading(decision, reverse=True)]),
        )


def posted(typing: Typing) -> Iterator[tuple[str, b.Payload]]:
    sheet, decision, team = typing.sheet(), typing.decision(), typing.team()
    yield "card", messages.card(sheet)
    yield (
        "thread",
        messages.said_in_thread(
            sheet, typing.dice.choice(list(Answer)[1:]), user_id="U0ME0000000", reason=typing.words(3_000)
        ),
    )
    rows = [typing.decision() for _ in range(typing.count(0, 1, 10))]
    yield "list", messages.listing(rows, total=len(rows) + 101, offset=0, typed=typing.words(3_000))
    found, asked = typing.found(), typing.words(3_000)
    yield "search", messages.results(found, typed=asked, title=asked)
    yield "offer", messages.capture_offer(channel_id="C0HERE00000", ts="1.0")
    yield "help", messages.help_text()
    yield "team", partner_team.team_saved(team, first=True, moved=[], command_of={}, now=NOW)
    yield "welcome", partner_menu.welcome()
    yield "menu", partner_menu.menu([("/decision", lambda: "x")], muted=typing.dice.choice([True, False]))
    for state in (DeliveryState.PAUSED, DeliveryState.UNCERTAIN, DeliveryState.DEAD):
        yield (
            "notice",
            notices.notice(state=state, code="is_archived", recipient="C0HERE00000"),
        )
    yield "agenda line", b.message(messages.unanswered_line(decision))


def opened(typing: Typing) -> Iterator[tuple[str, b.Payload]]:
    sheet, decision, team = typing.sheet(), typing.decision(), typing.team()
    yield "form", form.form(typing.form())
    chain = [typing.decision() for _ in range(typing.count(0, 2, 12))]
    yield "page", page.page(sheet, viewer=VIEWER, chain=chain, revisions=typing.revisions())
    yield "reason", page.reason(decision, Answer.BLOCKS, pressed_at="1.0")
    yield "withdrawal", page.withdrawal(decision)
    yield "linking", page.linking(decision)
    yield "search", messages.as_modal(messages.results(typing.found(), typed=typing.words(300), title="x"))
    yield (
        "team form",
        partner_team.team_form(
            team, channel_id="C0HERE00000", name=team.name, user_id="U0ME0000000", timezone="Europe/Oslo"
        ),
    )
    yield (
        "away",
        partner_away.form(None, today=NOW.date(), typed=typing.words(3_000), person_id="U0ME0000000"),
    )


def homes(typing: Typing) -> Iterator[tuple[str, b.Payload]]:
    items = [home.waiting_item(typing.decision()) for _ in range(typing.count(0, 1, 20))]
    asked = Acknowledgement(user_id="U0P1", answer=Answer.QUESTION, reason=typing.words(3_000), at=NOW)
    items.append(home.asked_item(typing.decision(), asked))
    teams = [typing.team() for _ in range(typing.count(0, 1, 12))]
    troubles = [
        Trouble("1", "decisions:1", "C0HERE00000", DeliveryState.DEAD, "is_archived", NOW)
    ] * typing.count(0, 1, 9)
    away = typing.dice.choice([None, Absence(id=1, user_id="U0ME0000000", first=NOW.date(), last=NOW.date())])
    items_for_team = [
        Suggestion(key="x", text=messages.unanswered_line(typing.decision()), since=NOW)
    ] * typing.count(0, 1, 9)
    yield (
        "home",
        b.home(
            [
                *waiting_blocks(items),
                *home.section([typing.decision() for _ in range(typing.count(0, 5))]).blocks,
                *partner_home.section(teams, muted=False, away=away, troubles=troubles, now=NOW).blocks,
                *agenda._team_blocks(typing.team(), items_for_team),
            ]
        ),
    )


def marked_up(thing: Any) -> Iterator[str]:
    """Every text that Slack reads its markup in: mrkdwn, and the message's own text."""
    if isinstance(thing, dict):
        if isinstance(thing.get("text"), str) and thing.get("type") != "plain_text":
            yield thing["text"]
        for value in thing.values():
            yield from marked_up(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from marked_up(value)


def assert_dead(name: str, payload: b.Payload) -> None:
    for words in marked_up(payload):
        for token in TOKEN.findall(words):
            assert OURS.fullmatch(token), (name, token, words[:500])
        assert "EVIL>" not in words.replace("&gt;", ""), (name, words[:500])


def assert_taken(typing: Typing, seed: int) -> int:
    """Messages and views that Slack would take; how many there were."""
    made = 0
    for name, payload in posted(typing):
        refused = check_message(payload, method="chat.update")
        assert refused is None, (seed, name, refused)
        assert text_length(payload.get("blocks", [])) <= limits.MESSAGE_TOTAL, (seed, name)
        assert len(payload["text"]) <= limits.MESSAGE_TEXT, (seed, name)
        made += 1
    for name, payload in opened(typing):
        refused = check_view(payload, surface="modal")
        assert refused is None, (seed, name, refused)
        made += 1
    for name, payload in homes(typing):
        refused = check_view(payload, surface="home")
        assert refused is None, (seed, name, refused)
        made += 1
    return made


def _all_are_taken(count: int) -> None:
    made, seed = 0, SEED
    while made < count:
        made, seed = made + assert_taken(Typing(seed), seed), seed + 1
    print(f"{made} messages and views (seeds {SEED} to {seed - 1}), none refused")  # noqa: T201


def test_slack_takes_every_message_and_view_whatever_was_typed() -> None:
    _all_are_taken(200)


@pytest.mark.slow
def test_slack_takes_twenty_thousand_messages_and_views() -> None:
    _all_are_taken(20_000)


@pytest.mark.parametrize(
    "injections",
    [INJECTIONS[::20], pytest.param(INJECTIONS, marks=pytest.mark.slow)],
    ids=["some", "all"],
)
def test_nothing_that_was_typed_comes_alive_anywhere(injections: list[str]) -> None:
    assert len(INJECTIONS) == 500
    made = 0
    for injection in injections:
        typing = Typing(SEED, [injection])
        for name, payload in (*posted(typing), *opened(typing), *homes(typing)):
            assert_dead(name, payload)
            if name not in ("form", "team form"):  # what stands in a field is what was typed
                assert HIDDEN.search(words_of(payload)) is None, (name, injection)
            made += 1
    print(f"{len(injections)} injections in {made} messages and views: nothing alive")  # noqa: T201


@pytest.mark.parametrize("alphabet", [alphabet for alphabet in ALPHABETS if alphabet.strip()])
def test_what_a_card_leaves_out_it_says_it_leaves_out(alphabet: str) -> None:
    typing = Typing(SEED)
    long = ("x" + alphabet * 3_000)[:3_000]
    decision = typing.decision()
    decision.withdrawn_at, decision.context, decision.trade_offs = None, long, long
    decision.alternatives = [Alternative(name="a", why_not=long, reconsider_when="") for _ in range(60)]
    blocks = messages.card(Sheet(decision, [], {}))["blocks"]
    shown = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    assert sum("…" in words for words in shown) >= 3
    assert any(
        f"and {60 - messages.ALTERNATIVES_SHOWN} more" in words or words.endswith("…") for words in shown
    )


def test_a_date_in_the_far_future_is_written_out() -> None:
    decision = Typing(SEED).decision()
    decision.withdrawn_at, decision.status = None, Status.ACCEPTED
    decision.revisit_on = date(9999, 12, 31)
    assert "31 Dec 9999" in json.dumps(messages.card(Sheet(decision, [], {})))

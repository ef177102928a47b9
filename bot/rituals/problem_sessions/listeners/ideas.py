"""While a session is open, and after: ideas, votes, the reveal, what comes of it, and whether that helped."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action
from bot.errors import Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.records import links
from bot.records import service as records
from bot.rituals.problem_sessions import jobs
from bot.rituals.problem_sessions.models import Pick, ProblemState
from bot.rituals.problem_sessions.service import sessions
from bot.rituals.problem_sessions.service.sessions import IDEA_CHARACTERS, HelpedFields, IdeaFields
from bot.rituals.problem_sessions.views import session_forms, session_messages
from bot.slack import text
from bot.slack.directory import SLACKBOT
from bot.slack.forms import read
from bot.slack.request import Request


async def open_idea(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        pick = await sessions.pick_by_id(session, viewer=viewer, pick_id=value, action=Action.READ)
    request.open_view(session_forms.idea(pick))


async def open_from_reply(request: Request) -> None:
    """The shortcut on a reply in a problem's thread."""
    thread_ts, ts = request.message.get("thread_ts"), str(request.message["ts"])
    viewer = await request.see()
    async with request.read() as session:
        team = await people.team_of(
            session, workspace_id=viewer.workspace_id, channel_id=str(request.channel_id)
        )
        open_picks = await sessions.open_picks(session, team_id=team.id) if team else []
        pick = await _in_thread(session, open_picks, str(thread_ts)) if thread_ts else None
        if pick is None:
            raise Refusal(
                _("Use this on a reply in the thread of a problem, as long as its session is open.")
            )
        await sessions.pick_by_id(session, viewer=viewer, pick_id=pick.id, action=Action.READ)
    said = text.typed(str(request.message.get("text") or ""))
    shown = text.shortened(said, IDEA_CHARACTERS)
    author_id = _author(request.message)
    other_id = author_id if author_id != viewer.user_id else None
    request.open_view(session_forms.idea(pick, said=shown, message_ts=ts, author_id=other_id))


def _author(message: Mapping[str, Any]) -> str | None:
    """Who said it; none for a bot, which has no ideas."""
    is_bots = message.get("bot_id") or message.get("user") == SLACKBOT
    return None if is_bots else message.get("user")


async def _in_thread(session: AsyncSession, picks: Sequence[Pick], thread_ts: str) -> Pick | None:
    """The problem whose message in the channel begins this thread."""
    for pick in picks:
        message = await outbox.message_of(
            session, workspace_id=pick.problem.workspace_id, delivery_id=pick.message_id
        )
        if message is not None and message.ts == thread_ts:
            return pick
    return None


async def submit_idea(request: Request) -> None:
    fields = read(IdeaFields, request.view)
    message_ts, author_id = request.ids.get("ts"), request.ids.get("author")
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        pick = await sessions.pick_by_id(
            session, viewer=viewer, pick_id=request.ids.get("pick"), action=Action.ACKNOWLEDGE
        )
        await sessions.add_idea(
            session,
            viewer=viewer,
            pick=pick,
            text=fields.text,
            message_ts=str(message_ts) if message_ts else None,
            author_id=str(author_id) if author_id else None,
            now=request.now,
        )
        await jobs.update_pick(session, pick, now=request.now)
    await request.ack()


async def press_vote(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        pick, idea = await sessions.vote(session, viewer=viewer, idea_id=value, now=request.now)
        await jobs.update_votes(session, pick, idea, now=request.now)


async def press_reveal(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.begin() as session:
        pick = await sessions.pick_by_id(session, viewer=viewer, pick_id=value, action=Action.ACKNOWLEDGE)
        await jobs.reveal(session, pick, now=request.now)


async def choose_outcome(request: Request, value: str) -> None:
    """`parked:12`. What is decided has a button in the thread that leads to the decision log."""
    outcome, _colon, pick_id = value.partition(":")
    viewer = await request.see()
    async with request.begin() as session:
        pick = await sessions.pick_by_id(session, viewer=viewer, pick_id=pick_id, action=Action.CHANGE)
        await sessions.set_outcome(session, viewer=viewer, pick=pick, outcome=outcome)
        await jobs.update_pick(session, pick, now=request.now)
        await jobs.update_card(session, pick.problem, request.now)
        if outcome == ProblemState.DECIDED:
            await _offer_decision(session, request, pick)
        await jobs.update_offer(session, pick, now=request.now)  # one that was made before is not made anew
    request.refresh_home()


async def _offer_decision(session: AsyncSession, request: Request, pick: Pick) -> None:
    decided = await links.decisions_about(session, pick.problem)
    pick.offer_id = await outbox.post(
        session,
        workspace_id=pick.problem.workspace_id,
        source=f"{sessions.RITUAL}:decide:{pick.id}",
        recipient=pick.problem.channel_id,
        payload=session_messages.decide(pick, decided),
        now=request.now,
        thread_of=pick.message_id,
    )


# Weeks later


async def open_helped(request: Request, value: str) -> None:
    viewer = await request.see()
    async with request.read() as session:
        pick = await sessions.pick_by_id(session, viewer=viewer, pick_id=value, action=Action.READ)
        decided = await links.decisions_about(session, pick.problem, viewer=viewer)
    request.open_view(session_forms.did_it_help(pick, decided))


async def submit_helped(request: Request) -> None:
    fields = read(HelpedFields, request.view)
    viewer = await request.see()
    async with request.begin() as session:
        await records.once(session, request)
        pick = await sessions.pick_by_id(
            session, viewer=viewer, pick_id=request.ids.get("pick"), action=Action.ACKNOWLEDGE
        )
        await sessions.say_if_it_helped(session, viewer=viewer, pick=pick, fields=fields)
        await jobs.update_pick(session, pick, now=request.now)
    await request.ack()
    request.refresh_home()

"""What problem sessions do by themselves: ask for a pick, begin, close, ask weeks later; and their messages."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.records import cards, links
from bot.rituals.problem_sessions.models import Idea, Pick, Problem
from bot.rituals.problem_sessions.service import problems, sessions
from bot.rituals.problem_sessions.views import messages, session_messages
from bot.schedule import service as schedule
from bot.schedule import words
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.schedule.plan import CLOSE, START
from bot.schedule.worker import Moment, Step, Timed, its_people
from bot.slack.blocks import Payload
from bot.slack.threads import Replies

HEADLINE, SUMMARY = "headline", "summary"
SUGGESTED = 5
SESSION_USEFUL = timedelta(hours=6)  # of its first day; after that a team has other things to do
THREAD_USEFUL = timedelta(
    days=5
)  # over a weekend, if it is late; so that nothing waits for a message that came too late to be sent


# The steps


async def ask_for_pick(session: AsyncSession, *, moment: Moment) -> None:
    """Who picks is asked alone, and is told what happens when they do not."""
    occurrence = moment.occurrence
    team = await sessions.team_of(session, occurrence)
    await sessions.keep_host(session, team=team)
    for host_id in moment.cadence.user_ids:
        payload = await question(
            session, occurrence=occurrence, team=team, viewer=moment.viewers.get(host_id), now=moment.now
        )
        await moment.post(
            session,
            name=sessions.PICK,
            recipient=host_id,
            payload=payload,
            useful_until=occurrence.starts_at,
        )


async def question(
    session: AsyncSession, *, occurrence: Occurrence, team: Team, viewer: Viewer | None, now: datetime
) -> Payload:
    """Which problems to pick, with the best of the backlog, if who is asked can read it."""
    may_read = viewer is not None and viewer.sees(team.channel_id)
    suggested = await problems.backlog(session, team=team, now=now, limit=SUGGESTED) if may_read else []
    return session_messages.please_pick(occurrence, team, suggested)


async def hand_over(session: AsyncSession, *, team: Team, now: datetime) -> None:
    """The team may have another PM: they pick from now on, and are asked if somebody else was and has not picked."""
    cadence = await sessions.cadence_of(session, team)
    coming = await schedule.next_of(session, cadence=cadence) if cadence else None
    if coming is not None:  # locked before its people change, as by who runs a step of it
        await schedule.by_id(session, workspace_id=team.workspace_id, occurrence_id=coming.id, lock=True)
    before = cadence.user_ids if cadence else []
    await sessions.keep_host(session, team=team)
    if cadence is None or coming is None or cadence.user_ids == before:
        return
    await schedule.call_off(session, occurrence=coming)
    was_asked = coming.step == START and coming.next_at is not None
    if was_asked and not await sessions.picks_of(session, coming):
        coming.step, coming.next_at = sessions.PICK, now
        session.info[schedule.WAKE] = True


async def begin(session: AsyncSession, *, moment: Moment) -> None:
    """One headline in the channel and a message a problem, each with a thread; with nothing picked, one quiet line."""
    occurrence, now = moment.occurrence, moment.now
    team = await sessions.team_of(session, occurrence)
    picks = await sessions.picks_of(session, occurrence)
    if not picks:
        why = _("no problem was picked for it")
        following = await schedule.skip(session, occurrence=occurrence, why=why, now=now)
        await _tell_left_out(session, moment, team, why=why, following=following)
        return
    settings = await sessions.settings_of(session, team)
    hides_ideas = settings is None or settings.hides_ideas
    await sessions.begin(session, occurrence=occurrence, picks=picks, hides_ideas=hides_ideas, now=now)
    useful_until = occurrence.starts_at + SESSION_USEFUL
    closes_at = await _closes_at(session, occurrence)
    host_id = next(iter(moment.cadence.user_ids), None)
    await moment.post(
        session,
        name=HEADLINE,
        recipient=team.channel_id,
        payload=session_messages.headline(occurrence, picks, closes_at=closes_at),
        tell=host_id,
        useful_until=useful_until,
    )
    for pick in picks:
        pick.message_id = await moment.post(
            session,
            name="problem",
            part=pick.position,
            recipient=team.channel_id,
            payload=session_messages.problem(pick, await links.decisions_about(session, pick.problem)),
            tell=host_id,
            useful_until=useful_until,
        )
        await update_card(session, pick.problem, now)


async def _closes_at(session: AsyncSession, occurrence: Occurrence) -> datetime:
    cadence = occurrence.cadence
    calendar = await schedule.calendar_of(session, cadence)
    return cadence.step_time(CLOSE).due(occurrence.starts_at, cadence.zone, calendar)


async def close(session: AsyncSession, *, moment: Moment) -> None:
    """What is still hidden is revealed, and the headline's thread gets what the session came to."""
    occurrence, now = moment.occurrence, moment.now
    team = await sessions.team_of(session, occurrence)
    picks = await sessions.picks_of(session, occurrence)
    for pick in picks:
        counted = moment.replies.get(pick.message_id or "", Replies())
        ours = await outbox.sent_of(
            session,
            workspace_id=team.workspace_id,
            delivery_ids=pick.said_in_thread,
            until=counted.latest,
        )
        pick.replies = pick.plain_replies(counted.count, ours=ours)
        await reveal(session, pick, now=now)
    headline = await outbox.delivery_of(
        session, workspace_id=team.workspace_id, source=schedule.source(occurrence, HEADLINE)
    )
    if headline is None:
        return
    await outbox.update(
        session,
        workspace_id=team.workspace_id,
        of=headline,
        payload=session_messages.headline(occurrence, picks, closes_at=None),
        now=now,
    )
    await moment.post(
        session,
        name=SUMMARY,
        recipient=team.channel_id,
        payload=await _summary(session, occurrence, picks, now=now),
        thread_of=headline,
        useful_until=now + THREAD_USEFUL,
    )


async def _summary(
    session: AsyncSession, occurrence: Occurrence, picks: Sequence[Pick], *, now: datetime
) -> Payload:
    following = await schedule.next_of(session, cadence=occurrence.cadence)
    upcoming = words.upcoming(occurrence.cadence, following, now=now)
    decided = {pick.problem_id: await links.decisions_about(session, pick.problem) for pick in picks}
    return session_messages.summary(picks, decided, upcoming)


async def threads(session: AsyncSession, *, occurrence: Occurrence) -> Sequence[str]:
    """The messages in whose threads a session's ideas are."""
    picks = await sessions.picks_of(session, occurrence)
    return [pick.message_id for pick in picks if pick.message_id is not None]


async def follow_up(session: AsyncSession, *, moment: Moment) -> None:
    """Weeks later one person a problem is asked, once, whether what came of it helped."""
    by_person: dict[str, list[Pick]] = {}
    for pick in await sessions.to_follow_up(session, moment.occurrence):
        pick.asked_id = _who_is_asked(pick, moment)
        by_person.setdefault(pick.asked_id, []).append(pick)
    await session.flush()
    for user_id, theirs in by_person.items():
        viewer = moment.viewers.get(user_id)
        picks = [pick for pick in theirs if moment.sees(user_id, pick.problem.channel_id)]
        if not picks:  # it waits in their Home, for when they can see it
            continue
        decided = {
            pick.problem_id: await links.decisions_about(session, pick.problem, viewer=viewer)
            for pick in picks
        }
        await moment.post(
            session,
            name=sessions.FOLLOW_UP,
            recipient=user_id,
            payload=session_messages.did_it_help(picks, decided),
        )


def _who_is_asked(pick: Pick, moment: Moment) -> str:
    """Who picks the team's problems, if they can read this one; else who logged it."""
    channel_id = pick.problem.channel_id
    readers = (user_id for user_id in moment.cadence.user_ids if moment.sees(user_id, channel_id))
    return next(readers, pick.problem.created_by)


async def who_may_be_asked(session: AsyncSession, *, occurrence: Occurrence) -> Collection[str]:
    picks = await sessions.to_follow_up(session, occurrence)
    return [*occurrence.cadence.user_ids, *(pick.problem.created_by for pick in picks)]


async def leave_out(
    session: AsyncSession, *, moment: Moment, gone: Sequence[str], why: str, following: Occurrence | None
) -> None:
    """Who picks is away: the channel is told, and they are left in peace."""
    team = await sessions.team_of(session, moment.occurrence)
    await _tell_left_out(session, moment, team, why=why, following=following)


async def somebody_left(session: AsyncSession, *, cadence: Cadence, user_id: str, now: datetime) -> None:
    """Who picked is gone for good: the channel is told how it goes on."""
    team = await people.team_by_id(session, workspace_id=cadence.workspace_id, team_id=cadence.subject_id)
    if team is not None:
        await outbox.post(
            session,
            workspace_id=cadence.workspace_id,
            source=f"{sessions.RITUAL}:{cadence.id}:left:{user_id}",
            recipient=team.channel_id,
            payload=session_messages.rests_without(user_id),
            now=now,
        )


async def _tell_left_out(
    session: AsyncSession, moment: Moment, team: Team, *, why: str, following: Occurrence | None
) -> None:
    await moment.post(
        session,
        name="left_out",
        recipient=team.channel_id,
        payload=session_messages.left_out(moment.occurrence, why, following, now=moment.now),
        useful_until=moment.occurrence.starts_at + SESSION_USEFUL,
    )


# Their messages, as they stand now


async def update_card(session: AsyncSession, problem: Problem, now: datetime) -> None:
    """The card of a problem, which says its state and how often it was seen."""
    decided = await links.decisions_about(session, problem)
    payload = messages.card(problem, await problems.muted_in(session, problem), decided)
    await cards.update(session, problem, payload, now)


async def update_pick(session: AsyncSession, pick: Pick, *, now: datetime) -> None:
    """A problem in a session; once its ideas are revealed, each has a message in the thread."""
    workspace_id = pick.problem.workspace_id
    if pick.message_id is None:
        return
    await outbox.update(
        session,
        workspace_id=workspace_id,
        of=pick.message_id,
        payload=session_messages.problem(pick, await links.decisions_about(session, pick.problem)),
        now=now,
    )
    if pick.revealed_at is None or not sessions.takes_ideas(pick, now):
        return
    for idea in pick.ideas:
        if idea.message_id is None:
            idea.message_id = await outbox.post(
                session,
                workspace_id=workspace_id,
                source=f"{sessions.RITUAL}:idea:{idea.id}",
                recipient=pick.problem.channel_id,
                payload=session_messages.idea(idea),
                now=now,
                thread_of=pick.message_id,
                useful_until=now + THREAD_USEFUL,
            )


async def update_votes(session: AsyncSession, pick: Pick, idea: Idea, *, now: datetime) -> None:
    """An idea has a vote more or less, and another may be the most wanted now."""
    await update_pick(session, pick, now=now)
    if idea.message_id is not None:
        await outbox.update(
            session,
            workspace_id=pick.problem.workspace_id,
            of=idea.message_id,
            payload=session_messages.idea(idea),
            now=now,
        )


async def reveal(session: AsyncSession, pick: Pick, *, now: datetime) -> None:
    """All ideas about a problem are shown, and those that are added from here on at once."""
    if pick.revealed_at is None:
        pick.revealed_at = now
        await update_pick(session, pick, now=now)
        await update_offer(session, pick, now=now)


async def update_offer(session: AsyncSession, pick: Pick, *, now: datetime) -> None:
    """What leads to the decision log, in the thread of the problem."""
    if pick.offer_id is None or not sessions.takes_ideas(pick, now):  # as in `update_decided`
        return
    payload = session_messages.decide(pick, await links.decisions_about(session, pick.problem))
    await outbox.update(
        session, workspace_id=pick.problem.workspace_id, of=pick.offer_id, payload=payload, now=now
    )


async def update_decided(session: AsyncSession, problem: Problem, *, now: datetime) -> None:
    """A decision about a problem came, changed or went: the card says so, and what was said in its latest session."""
    await update_card(session, problem, now)
    pick = await sessions.latest_pick(session, problem=problem)
    if pick is None:
        return
    await update_pick(session, pick, now=now)
    if not sessions.takes_ideas(pick, now):  # the outbox has forgotten what was said in threads by then
        return
    await update_offer(session, pick, now=now)
    await _update_session(session, pick, now=now)


async def _update_session(session: AsyncSession, pick: Pick, *, now: datetime) -> None:
    """The headline of the session that a problem came up in, and what was said in its thread when it closed."""
    workspace_id = pick.problem.workspace_id
    occurrence = await schedule.by_id(session, workspace_id=workspace_id, occurrence_id=pick.occurrence_id)
    assert occurrence is not None
    picks = await sessions.picks_of(session, occurrence)
    closes_at = await _closes_at(session, occurrence) if occurrence.state == OccurrenceState.OPEN else None
    payloads = {
        HEADLINE: session_messages.headline(occurrence, picks, closes_at=closes_at),
        SUMMARY: await _summary(session, occurrence, picks, now=now),
    }
    for name, payload in payloads.items():
        said = await outbox.delivery_of(
            session, workspace_id=workspace_id, source=schedule.source(occurrence, name)
        )
        if said is not None:
            await outbox.update(session, workspace_id=workspace_id, of=said, payload=payload, now=now)


async def update_open(session: AsyncSession, problem: Problem, *, now: datetime) -> None:
    """A problem is another: its card, the sessions that are open and what was decided about it say so.

    That it is withdrawn is said in every session that it came up in.
    """
    await update_card(session, problem, now)
    await links.tell(session, problem, now=now)
    for pick in await sessions.shown_picks(session, problem=problem):
        await update_pick(session, pick, now=now)
        await update_offer(session, pick, now=now)
        await _update_session(session, pick, now=now)


timed = Timed(
    steps={
        sessions.PICK: Step(run=ask_for_pick, sees=its_people),
        START: Step(run=begin, grace=SESSION_USEFUL),
        CLOSE: Step(run=close, counts=threads),
        sessions.FOLLOW_UP: Step(run=follow_up, sees=who_may_be_asked),
    },
    in_channel=True,
    leave_out=leave_out,
    somebody_left=somebody_left,
)

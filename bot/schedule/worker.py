"""Runs what is due: a step's work and the mark that it is done are one transaction, so each happens once.

Any number of processes may run one each. Who is first locks the occurrence; the others find it done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.clock import Clock
from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Absence
from bot.schedule import service, words
from bot.schedule.models import Cadence, Occurrence, OccurrenceState
from bot.schedule.plan import CLOSE, START
from bot.slack.blocks import Payload
from bot.slack.threads import Replies
from bot.worker import Worker
from bot.workspaces.inquiries import Inquiries
from bot.workspaces.models import Workspace, WorkspaceState

log = structlog.get_logger()

ON_TIME = timedelta(minutes=10)  # later than this a message catches up
PERSON = ("U", "W")  # how Slack's ids of people begin
BACKLOG = 200  # the oldest, from which each process takes its next
AT_ONCE = 20  # taken in one look; their people are asked of Slack side by side
BECOMES = {START: OccurrenceState.OPEN, CLOSE: OccurrenceState.DONE}
TRIES = 5
AFTER_FAILURE = timedelta(seconds=30)  # times the number of tries so far


Suggest = Callable[..., Awaitable[Sequence[Any]]]
"""`async def suggest(session, *, viewer, team, now)`: what all rituals have for a 1:1, the oldest first."""


@dataclass(frozen=True)
class Moment:
    """A step that is due, as its ritual is told of it."""

    occurrence: Occurrence
    now: datetime
    late: timedelta
    viewers: Mapping[str, Viewer]
    """What people can see, where the step shows them what not everybody may."""
    suggest: Suggest
    replies: Mapping[str, Replies] = field(default_factory=dict)
    """By delivery id, how many replies each message has that the step counts them of."""

    @property
    def cadence(self) -> Cadence:
        return self.occurrence.cadence

    def sees(self, user_id: str, channel_id: str) -> bool:
        """Whether this person can read that channel; not while Slack does not say."""
        viewer = self.viewers.get(user_id)
        return viewer is not None and viewer.sees(channel_id)

    async def post(
        self,
        session: AsyncSession,
        *,
        name: str,
        recipient: str,
        payload: Payload,
        people: Collection[str] = (),
        thread_of: str | None = None,
        tell: str | None = None,
        useful_until: datetime | None = None,
        part: int = 0,
    ) -> str | None:
        """A message of this occurrence, once for each name and recipient; returns its delivery id.

        `people`: whom it reaches in person, where that is a group. Who is away by then is left in peace. What comes late,
        as after a downtime, waits for the hours in which they work and reaches a person at most every ten minutes.
        """
        if self.occurrence.is_silent:
            return None
        reached = people or ([recipient] if recipient[:1] in PERSON else [])
        not_before = None
        if self.late > ON_TIME:
            not_before = await service.catch_up_at(
                session,
                cadence=self.cadence,
                user_ids=reached,
                due=self.now - self.late,
                useful_until=useful_until,
                now=self.now,
            )
        if recipient[:1] in PERSON and await self._is_away(session, recipient, on=not_before or self.now):
            return None
        return await outbox.post(
            session,
            workspace_id=self.occurrence.workspace_id,
            source=service.source(self.occurrence, name),
            recipient=recipient,
            payload=payload,
            now=self.now,
            part=part,
            thread_of=thread_of,
            tell=tell,
            not_before=not_before,
            useful_until=useful_until,
        )

    async def _is_away(self, session: AsyncSession, user_id: str, *, on: datetime) -> bool:
        day, workspace_id = on.astimezone(self.cadence.zone).date(), self.occurrence.workspace_id
        return bool(await people.away(session, workspace_id=workspace_id, user_ids=[user_id], on=day))


Run = Callable[..., Awaitable[None]]
"""`async def send_agenda(session, *, moment)`; what it changes is kept only if all of it succeeds."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a ritual does at one of its times."""

    run: Run
    grace: timedelta | None = None
    """Later than this it is of no use any more; without, it is never too late. What comes before START needs none."""
    sees: Callable[..., Awaitable[Collection[str]]] | None = None
    """`async def sees(session, *, occurrence)`: to whom it shows what not everybody may see; Slack is asked of them first."""
    counts: Callable[..., Awaitable[Sequence[str]]] | None = None
    """`async def counts(session, *, occurrence)`: the deliveries whose replies are counted before it runs."""


async def its_people(session: AsyncSession, *, occurrence: Occurrence) -> Collection[str]:
    """For `Step.sees`: those without whom it does not take place."""
    return occurrence.cadence.user_ids


Tell = Callable[..., Awaitable[None]]
"""Tells people of a change that the schedule made by itself."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What a ritual with a cadence declares; who needs nobody and follows nobody has nothing to tell."""

    steps: Mapping[str, Step]
    """By the names that its cadences give them times for."""
    in_channel: bool = False
    """It takes place in its team's channel: while nothing can be posted there, it rests."""
    leave_out: Tell | None = None
    """Somebody it needs is away: tells the others. `async def leave_out(session, *, moment, gone, why, following)`

    `gone`: their ids; `why`: in words; `following`: the next occurrence, if any.
    """
    somebody_left: Tell | None = None
    """An account is gone, and the cadence paused. `async def somebody_left(session, *, cadence, user_id, now)`"""
    zone_changed: Tell | None = None
    """It goes by another zone from now on. `async def zone_changed(session, *, cadence, following, now)`"""


KeepUp = Callable[..., Awaitable[None]]
"""`async def keep_up(db, *, now, inquiries)`: what has no cadence and is done by itself; it looks at every tick."""


class _Answer(NamedTuple):
    """What Slack says, as `Moment` has it."""

    viewers: Mapping[str, Viewer]
    replies: Mapping[str, Replies]


class ScheduleWorker(Worker):
    """Runs the steps of `rituals`, by what their cadences are of, and what keeps itself up."""

    def __init__(
        self,
        db: Database,
        rituals: Mapping[str, Timed],
        *,
        clock: Clock,
        inquiries: Inquiries,
        suggest: Suggest,
        keep_ups: Sequence[KeepUp] = (),
        shutdown_seconds: float = 15,
        tick_seconds: float = 2,
    ) -> None:
        super().__init__(
            db,
            clock=clock,
            name="schedule",
            wakes_on=service.WAKE,
            shutdown_seconds=shutdown_seconds,
            tick_seconds=tick_seconds,
        )
        self._rituals = rituals
        self._inquiries, self._suggest, self._keep_ups = inquiries, suggest, keep_ups

    async def run_due(self) -> int:
        """Run all that is due, in the order of its time; returns how many steps that were."""
        count, ours = 0, 1
        async with self._draining:
            while not self._stopping and ours and (due := await self._due()):
                asked = await asyncio.gather(*map(self._ask, due), return_exceptions=True)
                ours = 0  # what other processes have in hand is left to them
                for occurrence, answer in zip(due, asked, strict=True):
                    ours += await self._try(occurrence, answer)
                count += ours
            for keep_up in self._keep_ups:
                await self._keep_up(keep_up)
        return count

    async def _work(self) -> None:
        await self.run_due()

    async def _keep_up(self, keep_up: KeepUp) -> None:
        try:
            async with self._db.read() as session:
                now = await self._now(session)
            await keep_up(self._db, now=now, inquiries=self._inquiries)
        except Exception:  # of one ritual, which must not stop the others
            log.exception("not_kept_up")

    async def _due(self) -> Sequence[Occurrence]:
        """What is due; not ours yet. Of very many each process looks at others, so that none waits for another."""
        async with self._db.read() as session:
            now = await self._now(session)
            oldest = (
                select(Occurrence.id)
                .join(Workspace, Workspace.id == Occurrence.workspace_id)
                .where(Occurrence.next_at <= now, Workspace.state == WorkspaceState.ACTIVE)
                .order_by(Occurrence.next_at)
                .limit(BACKLOG)
            )
            rows = await session.scalars(
                select(Occurrence)
                .where(Occurrence.id.in_(oldest.scalar_subquery()))  # one statement: two would see two states
                .order_by(func.random())
                .limit(AT_ONCE)
                .options(*service.WHOLE)
            )
            return sorted(rows, key=lambda row: row.next_at or now)

    async def _ask(self, occurrence: Occurrence) -> _Answer:
        """What its step needs to know of Slack, before any transaction; where a token cannot be read, nothing."""
        try:
            return _Answer(await self._viewers(occurrence), await self._replies(occurrence))
        except LookupError:
            log.exception("token_unreadable", occurrence=occurrence.id, workspace=occurrence.workspace_id)
            return _Answer({}, {})

    async def _viewers(self, occurrence: Occurrence) -> Mapping[str, Viewer]:
        step = self._step(occurrence)
        if step is None or step.sees is None:
            return {}
        async with self._db.read() as session:
            user_ids = await step.sees(session, occurrence=occurrence)
        return await self._inquiries.viewers(occurrence.workspace_id, list(dict.fromkeys(user_ids)))

    async def _replies(self, occurrence: Occurrence) -> Mapping[str, Replies]:
        step = self._step(occurrence)
        if step is None or step.counts is None:
            return {}
        async with self._db.read() as session:
            places = {
                delivery_id: await outbox.message_of(
                    session, workspace_id=occurrence.workspace_id, delivery_id=delivery_id
                )
                for delivery_id in await step.counts(session, occurrence=occurrence)
            }
        sent = {delivery_id: place for delivery_id, place in places.items() if place is not None}
        counted = await self._inquiries.replies(occurrence.workspace_id, list(sent.values()))
        return dict(zip(sent, counted, strict=True))

    async def _try(self, due: Occurrence, answer: _Answer | BaseException) -> bool:
        """Whether it was ours to run. Whatever breaks in it is its own: those behind it have their turn."""
        if isinstance(answer, BaseException):
            log.error("not_asked", occurrence=due.id, exc_info=answer)
            await self._failed(due, type(answer).__name__)
            return True
        try:
            async with self._db.begin() as session:
                now = await self._now(session)
                occurrence = await _lock(session, due)
                if occurrence is None:
                    return False
                assert occurrence.next_at is not None
                late = now - occurrence.next_at
                moment = Moment(occurrence, now, late, answer.viewers, self._suggest, answer.replies)
                await self._step_on(session, moment)
        except Exception as error:
            log.exception("step_broke", occurrence=due.id, ritual=due.cadence.ritual, step=due.step)
            await self._failed(due, type(error).__name__)
        return True

    async def _step_on(self, session: AsyncSession, moment: Moment) -> None:
        occurrence, now = moment.occurrence, moment.now
        step = self._step(occurrence)
        if step is not None and await _is_too_late(session, moment, step):
            log.warning(
                "too_late", occurrence=occurrence.id, ritual=moment.cadence.ritual, step=occurrence.step
            )
            if occurrence.step == START:
                await service.miss(session, occurrence=occurrence, now=now)
                return
        elif occurrence.state == OccurrenceState.DUE and (channel_id := await self._shut(session, moment)):
            await service.skip(session, occurrence=occurrence, why=words.shut(channel_id), now=now)
            return
        elif occurrence.state == OccurrenceState.DUE and (away := await _away(session, occurrence)):
            why = words.away(away)
            following = await service.skip(session, occurrence=occurrence, why=why, now=now)
            gone = [absence.user_id for absence in away]
            if tell := self._rituals[moment.cadence.ritual].leave_out:
                await tell(session, moment=moment, gone=gone, why=why, following=following)
            return
        elif step is not None:
            occurrence.state = BECOMES.get(occurrence.step or "", occurrence.state)
            await step.run(session, moment=moment)
        if occurrence.step is not None:  # it may have ended itself; what is done may have a step left
            await service.advance(session, occurrence=occurrence, now=now)

    async def _shut(self, session: AsyncSession, moment: Moment) -> str:
        """The channel in which it takes place, if nothing can be posted there; who can open it again was told."""
        ritual, team_id = self._rituals.get(moment.cadence.ritual), moment.cadence.team_id
        if ritual is None or not ritual.in_channel or team_id is None:
            return ""
        workspace_id = moment.cadence.workspace_id
        team = await people.team_by_id(session, workspace_id=workspace_id, team_id=team_id)
        if team is None or not await outbox.is_held_up(
            session, workspace_id=workspace_id, recipient=team.channel_id
        ):
            return ""
        return team.channel_id

    async def _failed(self, due: Occurrence, error: str) -> None:
        """It comes again later, a few times. Raises while the database is away."""
        async with self._db.begin() as session:
            occurrence = await _lock(session, due)
            if occurrence is None:
                return
            occurrence.failures += 1
            occurrence.next_at = await self._now(session) + AFTER_FAILURE * occurrence.failures
        if occurrence.failures < TRIES:
            return
        log.error("step_given_up", occurrence=occurrence.id, step=occurrence.step, error=error)
        try:
            await self._give_up(occurrence)
        except Exception:  # of a cadence that cannot be read, say: it is tried again, and holds up nobody
            log.exception("not_given_up", occurrence=occurrence.id)

    async def _give_up(self, failed: Occurrence) -> None:
        async with self._db.begin() as session:
            occurrence = await _lock(session, failed)
            if occurrence is None:
                return
            now = await self._now(session)
            if occurrence.state == OccurrenceState.DUE:
                await service.miss(session, occurrence=occurrence, now=now, why=words.broke())
            else:
                await service.advance(session, occurrence=occurrence, now=now)

    def _step(self, occurrence: Occurrence) -> Step | None:
        """None for one that its ritual knows no more."""
        ritual = self._rituals.get(occurrence.cadence.ritual)
        return ritual.steps.get(occurrence.step or "") if ritual else None


async def _is_too_late(session: AsyncSession, moment: Moment, step: Step) -> bool:
    """What prepares is of use until it begins; the rest for as long as its ritual says. Nothing begins unsaid."""
    occurrence, now = moment.occurrence, moment.now
    if occurrence.state == OccurrenceState.DUE and occurrence.step != START:
        return now >= occurrence.starts_at
    if step.grace is None:
        return False
    if moment.late > step.grace:
        return True
    if occurrence.step != START or moment.late <= ON_TIME or occurrence.is_silent:
        return False
    due = now - moment.late
    return not await service.is_of_use(
        session, cadence=moment.cadence, due=due, useful_until=due + step.grace, now=now
    )


async def _lock(session: AsyncSession, due: Occurrence) -> Occurrence | None:
    """The occurrence, if it is still where it was seen and nobody else has it."""
    found: int | None = await session.scalar(
        select(Occurrence.id)
        .where(
            Occurrence.id == due.id,
            Occurrence.step == due.step,
            Occurrence.next_at == due.next_at,
        )
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    return await service.by_id(session, workspace_id=due.workspace_id, occurrence_id=found)


async def _away(session: AsyncSession, occurrence: Occurrence) -> Sequence[Absence]:
    """Those of its people who are away on its day."""
    return await people.away(
        session,
        workspace_id=occurrence.workspace_id,
        user_ids=occurrence.cadence.user_ids,
        on=occurrence.starts_on,
    )

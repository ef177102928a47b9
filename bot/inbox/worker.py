"""Handles events once each: the listener's work and the mark that it is done are one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Select, String, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.engine import Database
from bot.inbox import service
from bot.inbox.models import Envelope, EnvelopeState
from bot.worker import Worker
from bot.workspaces.models import Workspace

log = structlog.get_logger()

EventListener = Callable[..., Awaitable[None]]
"""`async def on_x(session, *, event, workspace, now)`; what it changes is kept only if all of it succeeds.

`event` is Slack's inner event and, as `event_time`, when it happened: Slack may send one a day late.
"""

TRIES = 5
AFTER_FAILURE = timedelta(seconds=5)  # times the number of tries so far

# Written out, never bound: PostgreSQL uses a partial index only when it can see that the condition implies it.
_NEW = literal_column("'new'", String)


class _Taken(NamedTuple):
    id: int
    attempt: int


class InboxWorker(Worker):
    """Keys of `listeners` are those of `service.event_name`.

    An event of a kind in `stale_after` that is older than given there is noted and not handled. `lease_seconds` is how
    long an event waits after the process that had it died; a listener gets half of it.
    """

    def __init__(
        self,
        db: Database,
        listeners: Mapping[str, EventListener],
        *,
        clock: Clock,
        stale_after: Mapping[str, timedelta] | None = None,
        lease_seconds: float = 60,
        shutdown_seconds: float = 15,
        tick_seconds: float = 2,
    ) -> None:
        super().__init__(
            db,
            clock=clock,
            name="inbox",
            wakes_on=service.WAKE,
            shutdown_seconds=shutdown_seconds,
            tick_seconds=tick_seconds,
        )
        self._listeners = listeners
        self._stale_after = stale_after or {}
        self._lease = timedelta(seconds=lease_seconds)

    async def handle_new(self) -> int:
        """Handle all that waits, in the order it came; returns how many events that were."""
        handled = 0
        async with self._draining:
            while not self._stopping and (taken := await self._take()) is not None:
                await self._handle(taken)
                handled += 1
        return handled

    async def _work(self) -> None:
        await self.handle_new()

    async def _take(self) -> _Taken | None:
        """The next event is ours until the lease ends. A transaction of its own, so that tries are counted
        even when one of them ends the process.
        """
        async with self._db.begin() as session:
            now = await self._now(session)
            following = (
                select(Envelope.id)
                .where(Envelope.state == _NEW, Envelope.not_before <= now)
                .order_by(Envelope.id)
                .limit(1)
                .with_for_update(skip_locked=True)
                .cte("following")
            )
            row = (
                await session.execute(
                    update(Envelope)
                    .where(Envelope.id.in_(select(following.c.id)))
                    .values(attempt=Envelope.attempt + 1, not_before=now + self._lease)
                    .returning(Envelope.id, Envelope.attempt)
                    .execution_options(synchronize_session=False)
                )
            ).first()
        return _Taken(*row) if row else None

    async def _handle(self, taken: _Taken) -> None:
        try:
            async with asyncio.timeout(self._lease.total_seconds() / 2), self._db.begin() as session:
                envelope = await session.scalar(_ours(taken).with_for_update())
                if envelope is not None:
                    envelope.state, envelope.last_error = await self._outcome(session, envelope, taken)
        except Exception as error:  # whatever it was: the transaction is undone and the event comes again
            log.exception("event_failed", envelope=taken.id, attempt=taken.attempt)
            await self._failed(taken, type(error).__name__)

    async def _outcome(
        self, session: AsyncSession, envelope: Envelope, taken: _Taken
    ) -> tuple[EnvelopeState, str | None]:
        if taken.attempt > TRIES:
            log.error("event_dead", envelope=envelope.id, type=envelope.type)
            return EnvelopeState.DEAD, envelope.last_error or "process_died"
        listener = self._listeners.get(envelope.type)
        if listener is None:
            return EnvelopeState.SKIPPED, "nobody_listens"
        workspace = await _workspace(session, envelope)
        if workspace is None:
            return EnvelopeState.SKIPPED, "unknown_workspace"
        now = self._clock.now()
        stale_after = self._stale_after.get(envelope.type)
        if stale_after is not None and now - envelope.event_time > stale_after:
            return EnvelopeState.SKIPPED, "stale"
        event = {**envelope.payload, "event_time": envelope.event_time}
        await listener(session, event=event, workspace=workspace, now=now)
        return EnvelopeState.DONE, None

    async def _failed(self, taken: _Taken, error: str) -> None:
        async with self._db.begin() as session:
            envelope = await session.scalar(_ours(taken).with_for_update())
            if envelope is None:
                return
            envelope.last_error = error
            if taken.attempt >= TRIES:
                envelope.state = EnvelopeState.DEAD
                log.error("event_dead", envelope=envelope.id, type=envelope.type)
            else:
                envelope.not_before = await self._now(session) + AFTER_FAILURE * taken.attempt


def _ours(taken: _Taken) -> Select[Envelope]:
    """Nothing when the lease has passed and another worker took the event."""
    return select(Envelope).where(
        Envelope.id == taken.id, Envelope.attempt == taken.attempt, Envelope.state == EnvelopeState.NEW
    )


async def _workspace(session: AsyncSession, envelope: Envelope) -> Workspace | None:
    if envelope.workspace_id is not None:
        return await session.get(Workspace, envelope.workspace_id)
    return await session.scalar(select(Workspace).where(Workspace.slack_id == envelope.slack_team_id))

"""Sends what waits in the outbox: takes batches under a lease, tries them side by side, settles them together."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.database_time import database_time
from bot.db.engine import Database
from bot.outbox import lanes, service
from bot.outbox.codes import NO_ANSWER, Verdict
from bot.outbox.lanes import Claimed, OpenLane
from bot.outbox.settle import Result, recover, release_waiting, settle, skip_useless
from bot.outbox.wire import Line, deliver
from bot.slack.clients import Clients
from bot.worker import Worker
from bot.workspaces.models import Workspace, WorkspaceState

log = structlog.get_logger()

TOKEN_SECONDS = 60  # how long a decrypted token is kept
GATHER_SECONDS = 0.03  # while calls are under way: how long their results gather for one transaction
PACE_SECONDS = 1.0  # Slack: about one message a second and conversation (docs apis/web-api/rate-limits)
# The first outlasts the client's timeout and Slack's history lag (10 s each); all of them outlast half an hour.
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (20, 60, 300, 2400))


class _Token(NamedTuple):
    text: str
    good_until: float  # by the loop's clock


class Sender(Worker):
    """Sends deliveries of all workspaces.

    `lease_seconds` is how long a process may hold a delivery; no call is begun that could outlive it. `pace_seconds`
    lie between two messages of a conversation, `at_once` bounds the calls under way.
    """

    def __init__(
        self,
        db: Database,
        clients: Clients,
        *,
        clock: Clock,
        lease_seconds: float = 120,
        shutdown_seconds: float = 15,
        tick_seconds: float = 2,
        pace_seconds: float = PACE_SECONDS,
        retries: Sequence[timedelta] = RETRIES,
        at_once: int = 200,
    ) -> None:
        super().__init__(
            db,
            clock=clock,
            name="outbox",
            wakes_on=service.WAKE,
            shutdown_seconds=shutdown_seconds,
            tick_seconds=tick_seconds,
        )
        self._clients = clients
        self._lease = timedelta(seconds=lease_seconds)
        self._pace = timedelta(seconds=pace_seconds)
        self._retries = retries
        self._at_once = at_once

        self._results: list[Result] = []  # not settled yet
        self._tokens: dict[int, _Token] = {}
        self._gates: dict[
            tuple[int, str], float
        ] = {}  # workspace and method → closed until, by the loop's clock
        self._recovered_at = float("-inf")
        self._turned_at = float("-inf")
        self._next_at: float | None = None  # when the next line may go on, by the loop's clock

    async def send_due(self) -> int:
        """Send all that is due and settle it; returns how many deliveries were sent."""
        sent = 0
        async with self._draining:
            while True:
                self._something_new.clear()
                claimed, settled = await self._turn()
                sent += settled
                if not claimed and not self._in_hand and not self._results and not self._goes_on_soon():
                    return sent
                await self._wait(GATHER_SECONDS)

    def _goes_on_soon(self) -> bool:
        """What only its conversation's pace holds back is due: it belongs to this drain."""
        pace = asyncio.get_running_loop().time() + self._pace.total_seconds()
        return not self._stopping and self._next_at is not None and self._next_at <= pace

    async def _work(self) -> None:
        await self.send_due()

    async def _rest(self) -> None:
        await self._wait(0)

    async def _run(self) -> None:
        await super()._run()
        with suppress(DBAPIError, OSError):  # what came back meanwhile is settled
            await self.send_due()

    async def _wait(self, gather_seconds: float) -> None:
        """Until something came, the next line may go on, or a tick has passed."""
        clock = asyncio.get_running_loop().time
        pause = self._tick_seconds if self._next_at is None else self._next_at - clock()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(pause, self._tick_seconds))):
                await self._something_new.wait()
        await asyncio.sleep(max(0.0, self._turned_at + gather_seconds - clock()))

    async def _turn(self) -> tuple[int, int]:
        """One transaction: settle what came back, take what may go; then begin the calls. Counts of taken and sent."""
        began = self._turned_at = asyncio.get_running_loop().time()
        results, self._results = self._results, []
        try:
            async with self._db.begin() as session:
                leases_at = await database_time(session)
                now = leases_at + self._clock.ahead
                settled = await settle(session, results, now=now, leases_at=leases_at, retries=self._retries)
                await self._recover(session, leases_at=leases_at, began=began)
                await skip_useless(session, now=now)  # or it would hold up the line behind it
                await lanes.route(session, now=now)
                claimed = await self._claim(session, now=now, leases_at=leases_at)
        except BaseException:
            self._results = results + self._results
            raise
        self._results = settled.left + self._results
        last_start = began + self._lease.total_seconds() - self._clients.timeout_seconds
        for delivery in claimed:
            self._begin(delivery, last_start=last_start)
        return len(claimed), settled.sent

    async def _recover(self, session: AsyncSession, *, leases_at: datetime, began: float) -> None:
        """What others left behind; once a tick is often enough."""
        if began < self._recovered_at + self._tick_seconds:
            return
        if lost := await recover(session, leases_at=leases_at):
            log.warning("deliveries_recovered", count=lost)
        await release_waiting(session)
        self._recovered_at = began

    async def _claim(self, session: AsyncSession, *, now: datetime, leases_at: datetime) -> list[Claimed]:
        clock = asyncio.get_running_loop().time()
        self._next_at = None
        room = 0 if self._stopping else self._at_once - len(self._in_hand)
        if room == 0:
            return []
        found = await lanes.open_lanes(session, now=now, limit=room)
        claimed = await self._take(session, found, now=now, leases_at=leases_at, clock=clock) if found else []
        if len(found) == room:
            self._next_at = clock if len(claimed) < room else None
        elif (soonest := await lanes.next_time(session, after=now)) is not None:
            self._next_at = clock + (soonest - now).total_seconds()
        return claimed

    async def _take(
        self,
        session: AsyncSession,
        found: Sequence[OpenLane],
        *,
        now: datetime,
        leases_at: datetime,
        clock: float,
    ) -> list[Claimed]:
        """Claim from the lines that were found, but for those whose workspace or method must rest."""
        usable = await self._usable(session, {lane.workspace_id for lane in found}, clock)
        closed = await lanes.closed_gates(session, now=now)
        self._gates = {gate: clock + (until - now).total_seconds() for gate, until in closed.items()}
        held: dict[datetime | None, list[OpenLane]] = {}
        ready = []
        for lane in found:
            if lane.workspace_id not in usable:
                held.setdefault(None, []).append(lane)
            elif until := closed.get((lane.workspace_id, lanes.METHODS[lane.kind])):
                held.setdefault(until, []).append(lane)
            else:
                ready.append(lane)
        for until, resting in held.items():
            await lanes.hold(session, resting, until=until)
        return await lanes.claim(
            session, ready, now=now, leases_at=leases_at, lease=self._lease, pace=self._pace
        )

    async def _usable(self, session: AsyncSession, workspace_ids: Collection[int], clock: float) -> set[int]:
        """The workspaces we may send for, their tokens at hand."""
        active = await session.scalars(
            select(Workspace.id).where(
                Workspace.id.in_(workspace_ids), Workspace.state == WorkspaceState.ACTIVE
            )
        )
        return {
            workspace_id for workspace_id in active if await self._has_token(session, workspace_id, clock)
        }

    async def _has_token(self, session: AsyncSession, workspace_id: int, clock: float) -> bool:
        known = self._tokens.get(workspace_id)
        if known is None or known.good_until < clock:
            try:
                text = await session.scalar(select(Workspace.bot_token).where(Workspace.id == workspace_id))
            except LookupError:  # one workspace's unreadable token must not stop the others
                log.exception("token_unreadable", workspace=workspace_id)
                text = None
            self._tokens.pop(workspace_id, None)
            if text:
                self._tokens[workspace_id] = _Token(text, clock + TOKEN_SECONDS)
        return workspace_id in self._tokens

    def _begin(self, delivery: Claimed, *, last_start: float) -> None:
        token = self._tokens[delivery.workspace_id].text
        clock = asyncio.get_running_loop().time

        def held(method: str) -> float | None:
            now = clock()
            known = self._tokens.get(delivery.workspace_id)
            if known is None or known.text != token or now > last_start:
                return 0.0
            closed_until = self._gates.get((delivery.workspace_id, method), now)
            return closed_until - now if closed_until > now else None

        task = asyncio.create_task(self._try(delivery, Line(self._clients.bot(token), token, held)))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _try(self, delivery: Claimed, line: Line) -> None:
        try:
            result = await deliver(delivery, line)
        except Exception:  # whatever it was, the message may have been sent
            log.exception("delivery_broke", workspace=delivery.workspace_id, delivery=delivery.id)
            result = Result(delivery, Verdict.UNCERTAIN, code=NO_ANSWER)
        if result.verdict is Verdict.SUSPEND:
            self._tokens.pop(delivery.workspace_id, None)
        self._results.append(result)
        self.wake()

"""A ritual for tests of the schedule: at its time it says one line in a channel, and at its end another."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.schedule import service
from bot.schedule.models import Cadence
from bot.schedule.plan import CLOSE, START, StepTime
from bot.schedule.rules import Weekly
from bot.schedule.worker import Moment, Step, Timed

RITUAL = "bells"
GRACE = timedelta(hours=4)
PASSING = 1_000_000
"""From this number on what is said is of use for twenty minutes only."""
DAILY = Weekly(days=range(7))


async def ring(session: AsyncSession, *, moment: Moment) -> None:
    """In the channel of its workspace that has the subject's number; or, above a thousand, to a person."""
    await _say(session, moment, "rings")


async def fall_silent(session: AsyncSession, *, moment: Moment) -> None:
    await _say(session, moment, "is silent")


async def _say(session: AsyncSession, moment: Moment, what: str) -> None:
    cadence = moment.cadence
    recipient = cadence.follows or f"C{cadence.workspace_id}X{cadence.subject_id % 1000}"
    useful = timedelta(minutes=20) if cadence.subject_id >= PASSING else GRACE
    name = f"{cadence.workspace_id}/{cadence.subject_id}"
    await moment.post(
        session,
        name=what,
        recipient=recipient,
        payload={"text": f"{name} {what} {moment.occurrence.day}"},
        useful_until=moment.occurrence.starts_at + useful,
    )


async def leave_out(session: AsyncSession, *, moment: Moment, **_why: object) -> None:
    await _say(session, moment, "is left out")


timed = Timed(
    steps={START: Step(run=ring, grace=GRACE), CLOSE: Step(run=fall_silent, grace=GRACE)},
    leave_out=leave_out,
)


async def hang(
    session: AsyncSession,
    *,
    workspace_id: int,
    subject_ids: Iterable[int],
    at: time,
    timezone: str = "UTC",
    now: datetime,
    to: str | None = None,
    closes: bool = False,
    rule: Weekly = DAILY,
    user_ids: Iterable[str] = (),
) -> list[Cadence]:
    """Bells that ring at this time. `to`: a person instead of a channel."""
    steps = [StepTime(name=START), *([StepTime(name=CLOSE, minutes=60)] if closes else [])]
    return [
        await service.set_up(
            session,
            workspace_id=workspace_id,
            ritual=RITUAL,
            subject_id=subject_id,
            team=None,
            rule=rule,
            at=at,
            timezone=timezone,
            follows=to,
            steps=steps,
            user_ids=list(user_ids),
            now=now,
        )
        for subject_id in subject_ids
    ]

"""What the decision log does by itself: asks again on the day, keeps the living log up to date, sums up the week."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.people import service as people
from bot.rituals.decisions import digests, living, queries, service
from bot.rituals.decisions.models import Decision, LivingLog
from bot.rituals.decisions.views import again
from bot.rituals.decisions.views import digest as digest_views
from bot.rituals.decisions.views import living as living_views
from bot.schedule.models import Occurrence
from bot.schedule.plan import START
from bot.schedule.worker import Moment, Step, Timed
from bot.slack.blocks import Payload
from bot.workspaces.inquiries import Inquiries

ASKS_UNTIL = timedelta(hours=8)  # later it is asked on the next working day
DIGEST_USEFUL = timedelta(days=1)  # after that the next one says more

# Looking again


async def ask_again(session: AsyncSession, *, moment: Moment) -> None:
    """Once for each date: who does not answer has it in their Home.

    Who cannot see it any more is not asked; where none of its makers can, or Slack does not say, it waits for another day.
    """
    for decision in await _due_again(session, moment.occurrence):
        makers = service.makers_of(decision)
        asked = [user_id for user_id in makers if moment.sees(user_id, decision.channel_id)]
        for user_id in asked:
            await moment.post(
                session,
                name=f"again:{decision.id}:{decision.revisit_on}",
                recipient=user_id,
                payload=again.question(decision),
            )
        if asked or not makers:
            decision.revisit_asked_on = decision.revisit_on


async def who_may_be_asked(session: AsyncSession, *, occurrence: Occurrence) -> Collection[str]:
    """All makers of what is due, whether they can see it or not."""
    due = await _due_again(session, occurrence)
    return [user_id for decision in due for user_id in service.makers_of(decision)]


async def _due_again(session: AsyncSession, occurrence: Occurrence) -> Sequence[Decision]:
    return await queries.due_again(session, team_id=occurrence.cadence.subject_id, today=occurrence.starts_on)


# The digest


async def sum_up(session: AsyncSession, *, moment: Moment) -> None:
    """One message for the team's channel; with nothing to say, none."""
    team = await people.team_by_id(
        session, workspace_id=moment.cadence.workspace_id, team_id=moment.cadence.subject_id
    )
    assert team is not None  # a team's cadences go with it
    week = await digests.week(session, team=team, occurrence=moment.occurrence)
    if week.is_empty:
        return
    await moment.post(
        session,
        name="digest",
        recipient=team.channel_id,
        payload=digest_views.digest(week),
        useful_until=moment.occurrence.starts_at + DIGEST_USEFUL,
    )


# The living log


async def keep_up(db: Database, *, now: datetime, inquiries: Inquiries) -> None:
    """Write each log in which something has changed; Slack is asked for people's names before any transaction."""
    async with db.read() as session:
        due = await living.due(session, now=now)
    if not due:
        return
    async with db.begin() as session:
        ours = await living.take(session, team_ids=due, now=now)
    for team_id in ours:
        async with db.read() as session:
            page = await living.page(session, team_id=team_id)
        called = await inquiries.names(page.log.workspace_id, page.makers) if page else {}
        async with db.begin() as session:
            await _write(session, team_id=team_id, names=called, now=now)


async def _write(session: AsyncSession, *, team_id: int, names: Mapping[str, str], now: datetime) -> None:
    await living.lock(session, team_id=team_id)
    page = await living.page(session, team_id=team_id)
    if page is None:
        return
    log = page.log
    log.looks_at = None
    if log.channel_id != page.team.channel_id:
        living.move(log, page.team)
    if not log.is_on and not await living.is_there(session, log):
        return
    payload = (living_views.message if log.as_message else living_views.canvas)(page, names)
    written = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    if written != log.written:
        log.written = written
        await _send(session, log, payload, now=now)


async def _send(session: AsyncSession, log: LivingLog, payload: Payload, *, now: datetime) -> None:
    if log.document_id is not None:
        await outbox.update(
            session, workspace_id=log.workspace_id, of=log.document_id, payload=payload, now=now
        )
        return
    log.documents += 1
    make = outbox.post if log.as_message else outbox.canvas
    log.document_id = await make(
        session,
        workspace_id=log.workspace_id,
        source=f"{service.RITUAL}:log:{log.team_id}:{log.documents}",
        recipient=log.channel_id,
        payload=payload,
        now=now,
        tell=log.kept_by,
    )
    if log.as_message:
        await outbox.pin(session, workspace_id=log.workspace_id, of=log.document_id, now=now)


timed = {
    service.RITUAL: Timed(steps={START: Step(run=ask_again, grace=ASKS_UNTIL, sees=who_may_be_asked)}),
    digests.CADENCE: Timed(steps={START: Step(run=sum_up, grace=DIGEST_USEFUL)}, in_channel=True),
}

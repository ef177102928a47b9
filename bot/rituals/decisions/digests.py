"""The weekly digest of a team's decisions: whether a team wants it and when, and what it says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.people.models import Team
from bot.records.models import IMPORTED
from bot.rituals.decisions import queries
from bot.rituals.decisions.models import STANDING, Decision
from bot.rituals.decisions.queries import Section
from bot.schedule import service as schedule
from bot.schedule.fields import WeeklyFields
from bot.schedule.models import TEAM, Cadence, Occurrence, OccurrenceState
from bot.schedule.plan import START, StepTime

CADENCE = "decisions.digest"
WEEK = timedelta(days=7)
LOOKED_BACK = 2 * WEEK  # at the most, where the last digest did not come
SHOWN = 10  # decisions of each part


@dataclass(frozen=True)
class Week:
    """What there is to say to everybody in a team's channel."""

    since: date
    decided: Section
    unanswered: Section
    again: Section
    """To be looked at again within the week that comes."""

    @property
    def is_empty(self) -> bool:
        return not (self.decided.total or self.unanswered.total or self.again.total)


async def set_up(
    session: AsyncSession, *, viewer: Viewer, team: Team, fields: WeeklyFields, now: datetime
) -> Cadence:
    """It comes every week from now on, by the team's clock and calendar."""
    require(viewer, Action.ADMINISTER, team)
    return await schedule.set_up(
        session,
        workspace_id=team.workspace_id,
        ritual=CADENCE,
        subject_id=team.id,
        team=team,
        rule=fields.rule,
        at=fields.time,
        timezone=team.timezone,
        follows=TEAM,
        steps=[StepTime(name=START)],
        user_ids=[],
        now=now,
    )


async def end(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> None:
    require(viewer, Action.ADMINISTER, team)
    cadence = await cadence_of(session, team)
    if cadence is not None:
        await schedule.end(session, cadence=cadence, now=now)


async def cadence_of(session: AsyncSession, team: Team) -> Cadence | None:
    """None while the team does not want it."""
    cadence = await schedule.cadence_of(
        session, workspace_id=team.workspace_id, ritual=CADENCE, subject_id=team.id
    )
    return None if cadence is None or cadence.ended else cadence


async def week(session: AsyncSession, *, team: Team, occurrence: Occurrence) -> Week:
    """What was logged since the last digest; what came from files is no news of that week."""
    here = (*queries.in_channel_of(team), Decision.created_at < occurrence.starts_at)
    since = await _since(session, occurrence)
    today = occurrence.starts_on
    stands = Decision.status.in_(STANDING)
    comes_up = (Decision.revisit_on > today, Decision.revisit_on <= today + WEEK)
    return Week(
        since=since.astimezone(occurrence.cadence.zone).date(),
        decided=await queries.section(
            session, *here, Decision.created_at >= since, Decision.created_by != IMPORTED, limit=SHOWN
        ),
        unanswered=await queries.section(session, *here, stands, queries.waits_for(), limit=SHOWN),
        again=await queries.section(session, *here, stands, *comes_up, limit=SHOWN),
    )


async def _since(session: AsyncSession, occurrence: Occurrence) -> datetime:
    """When the digest before this one came, so that nothing is told twice; one that did not come is made up for."""
    rows = await session.execute(
        select(Occurrence.state, func.max(Occurrence.starts_at))
        .where(
            Occurrence.cadence_id == occurrence.cadence_id,
            Occurrence.day < occurrence.day,
            Occurrence.starts_at >= occurrence.starts_at - LOOKED_BACK,
        )
        .group_by(Occurrence.state)
    )
    before = dict(rows.all())
    if came := before.get(OccurrenceState.DONE):
        return came
    return occurrence.starts_at - (LOOKED_BACK if before else WEEK)

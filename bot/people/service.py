"""Teams and wishes: look them up, set them up, change them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.access.rules import Action, Actor, Viewer, WhoMay, require
from bot.db.engine import once_a_session
from bot.db.upsert import insert
from bot.people.calendar import Calendar, DaysOff
from bot.people.models import Absence, Member, Person, Role, Team, TeamDaysOff


async def team_of(
    session: AsyncSession, *, workspace_id: int, channel_id: str, with_members: bool = False
) -> Team | None:
    statement = select(Team).where(Team.workspace_id == workspace_id, Team.channel_id == channel_id)
    if with_members:  # a statement more, which saving a form has no use for
        statement = statement.options(selectinload(Team.members))
    return await session.scalar(statement)


async def team_by_id(session: AsyncSession, *, workspace_id: int, team_id: int) -> Team | None:
    return await session.scalar(
        select(Team)
        .where(Team.workspace_id == workspace_id, Team.id == team_id)
        .options(selectinload(Team.members))
    )


async def teams_of(session: AsyncSession, *, viewer: Viewer) -> Sequence[Team]:
    """The teams a person is in, or whose channel they can see; their own first."""

    async def read() -> Sequence[Team]:
        rows = await session.scalars(
            select(Team)
            .where(Team.workspace_id == viewer.workspace_id)
            .options(selectinload(Team.members))
            .order_by(Team.name)
        )
        seen = [team for team in rows if viewer.sees(team.channel_id)]
        return sorted(seen, key=lambda team: not team.is_of(viewer.user_id))

    return await once_a_session(session, ("teams", viewer), read)


async def ensure_team(
    session: AsyncSession, *, actor: Actor, channel_id: str, name: str, timezone: str, now: datetime
) -> Team:
    """The channel's team; where there is none yet, one with the asker as its first member."""
    await session.execute(
        insert(session, Team)
        .values(
            workspace_id=actor.workspace_id,
            channel_id=channel_id,
            name=name,
            timezone=timezone,
            who_may=WhoMay.CHANNEL,
            is_set_up=False,
            created_by=actor.user_id,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "channel_id"])
    )
    team = await team_of(session, workspace_id=actor.workspace_id, channel_id=channel_id, with_members=True)
    assert team is not None
    if not team.members:
        team.members.append(Member(user_id=actor.user_id, workspace_id=actor.workspace_id))
        await session.flush()
    return team


async def set_up_team(
    session: AsyncSession,
    *,
    viewer: Viewer,
    team: Team,
    channel_id: str,
    name: str,
    pm_id: str | None,
    lead_id: str | None,
    member_ids: Collection[str],
    timezone: str,
    who_may: WhoMay,
    capture_emoji: str | None,
) -> Team:
    """Change a team's settings, or give a new one its first."""
    require(viewer, Action.ADMINISTER, team)
    team.channel_id, team.name, team.timezone = channel_id, name, timezone
    team.pm_id, team.lead_id = pm_id, lead_id
    team.who_may, team.capture_emoji, team.is_set_up = who_may, capture_emoji, True
    roles = {member.user_id: member.role for member in team.members}
    wanted = dict.fromkeys([*member_ids, *filter(None, (pm_id, lead_id))])
    team.members = [
        next((member for member in team.members if member.user_id == user_id), None)
        or Member(user_id=user_id, workspace_id=team.workspace_id)
        for user_id in wanted
    ]
    for member in team.members:
        was = roles.get(member.user_id, Role.OTHER)
        free = was if was not in (Role.PM, Role.LEAD) else Role.OTHER
        member.role = Role.PM if member.user_id == pm_id else Role.LEAD if member.user_id == lead_id else free
    await session.flush()
    return team


async def set_muted(session: AsyncSession, *, actor: Actor, muted: bool, name: str) -> None:
    values = {"muted": muted, "name": name}
    await session.execute(
        insert(session, Person)
        .values(workspace_id=actor.workspace_id, user_id=actor.user_id, **values)
        .on_conflict_do_update(index_elements=["workspace_id", "user_id"], set_=values)
    )


async def is_muted(session: AsyncSession, *, actor: Actor) -> bool:
    person = await session.get(Person, (actor.workspace_id, actor.user_id))
    return person is not None and person.muted


async def muted_names(
    session: AsyncSession, *, workspace_id: int, user_ids: Collection[str]
) -> dict[str, str]:
    """Of these people those who do not want to be pinged: user id → the name to show instead."""
    if not user_ids:
        return {}
    rows = await session.execute(
        select(Person.user_id, Person.name).where(
            Person.workspace_id == workspace_id, Person.muted, Person.user_id.in_(user_ids)
        )
    )
    return {row.user_id: row.name for row in rows}


async def any_team(session: AsyncSession, *, workspace_id: int) -> bool:
    """Whether this workspace has a team yet, set up or made by a first record."""
    found = await session.scalar(select(Team.id).where(Team.workspace_id == workspace_id).limit(1))
    return found is not None


# When people work


async def calendar_of(session: AsyncSession, *, team_id: int | None) -> Calendar:
    """A team's working calendar; without a team Monday to Friday, and no holidays."""
    week = select(Team.working_days, Team.country, Team.region).where(Team.id == team_id)
    team = (await session.execute(week)).one_or_none() if team_id is not None else None
    if team is None:
        return Calendar()
    rows = await session.scalars(
        select(TeamDaysOff).where(TeamDaysOff.team_id == team_id).order_by(TeamDaysOff.first)
    )
    off = [DaysOff(row.first, row.last, row.name) for row in rows]
    return Calendar(frozenset(team.working_days), team.country, team.region, off)


async def away(
    session: AsyncSession, *, workspace_id: int, user_ids: Collection[str], on: date
) -> Sequence[Absence]:
    """Who of these people is away on that day; of each the absence that ends last."""
    rows = await session.scalars(
        select(Absence)
        .where(
            Absence.workspace_id == workspace_id,
            Absence.user_id.in_(user_ids),
            Absence.first <= on,
            Absence.last >= on,
        )
        .order_by(Absence.last)
    )
    return list({absence.user_id: absence for absence in rows}.values())

"""Teams and wishes: look them up, set them up, change them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bot.access.rules import Action, Actor, Viewer, WhoMay, require
from bot.db.engine import once_a_session
from bot.db.upsert import insert
from bot.people.calendar import Calendar, DaysOff
from bot.people.models import Absence, Member, Person, Role, Team, TeamDaysOff
from bot.people.places import Place

WHOLE = (selectinload(Team.members), selectinload(Team.days_off))


async def team_of(
    session: AsyncSession, *, workspace_id: int, channel_id: str, whole: bool = False
) -> Team | None:
    """`whole`: with its members and days off."""
    statement = select(Team).where(Team.workspace_id == workspace_id, Team.channel_id == channel_id)
    if whole:  # two statements more, which saving a form has no use for
        statement = statement.options(*WHOLE)
    return await session.scalar(statement)


async def team_by_id(
    session: AsyncSession, *, workspace_id: int, team_id: int, lock: bool = False
) -> Team | None:
    """`lock`: before it is changed, so that the second of two who do so at once sees what the first did."""
    is_it = (Team.workspace_id == workspace_id, Team.id == team_id)
    if lock:
        await session.execute(select(Team.id).where(*is_it).with_for_update(key_share=True))
    return await session.scalar(select(Team).where(*is_it).options(*WHOLE))


async def teams_of(session: AsyncSession, *, viewer: Viewer) -> Sequence[Team]:
    """The teams a person is in, or whose channel they can see; their own first."""

    async def read() -> Sequence[Team]:
        rows = await session.scalars(
            select(Team).where(Team.workspace_id == viewer.workspace_id).options(*WHOLE).order_by(Team.name)
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
    team = await team_of(session, workspace_id=actor.workspace_id, channel_id=channel_id, whole=True)
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
    working_days: Collection[int],
    place: Place | None,
    days_off: Collection[DaysOff],
) -> Team:
    """Change a team's settings, or give a new one its first."""
    require(viewer, Action.ADMINISTER, team)
    team.channel_id, team.name, team.timezone = channel_id, name, timezone
    team.pm_id, team.lead_id = pm_id, lead_id
    team.who_may, team.capture_emoji, team.is_set_up = who_may, capture_emoji, True
    team.working_days = sorted(working_days)
    team.country, team.region = (place.country, place.region) if place else (None, None)
    team.days_off = [TeamDaysOff(first=off.first, last=off.last, name=off.name) for off in days_off]
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
    await _note(session, actor, muted=muted, name=name)


async def is_muted(session: AsyncSession, *, actor: Actor) -> bool:
    person = await session.get(Person, (actor.workspace_id, actor.user_id))
    return person is not None and person.muted


async def home_was_opened(session: AsyncSession, *, actor: Actor) -> None:
    await _note(session, actor, has_home=True)


async def has_home(session: AsyncSession, *, actor: Actor) -> bool:
    """Whether they ever opened it."""
    person = await session.get(Person, (actor.workspace_id, actor.user_id))
    return person is not None and person.has_home


async def _note(session: AsyncSession, actor: Actor, **values: Any) -> None:
    await session.execute(
        insert(session, Person)
        .values(workspace_id=actor.workspace_id, user_id=actor.user_id, **values)
        .on_conflict_do_update(index_elements=["workspace_id", "user_id"], set_=values)
    )


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
    if team_id is None:
        return Calendar()
    team = await session.scalar(select(Team).where(Team.id == team_id).options(selectinload(Team.days_off)))
    return team.calendar if team else Calendar()


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


async def absences_of(session: AsyncSession, *, of: Actor, since: date) -> Sequence[Absence]:
    """Those of a person that are not over on that day, in order."""
    rows = await session.scalars(
        select(Absence)
        .where(
            Absence.workspace_id == of.workspace_id,
            Absence.user_id == of.user_id,
            Absence.last >= since,
        )
        .order_by(Absence.first)
    )
    return rows.all()


async def note_absence(
    session: AsyncSession,
    *,
    of: Actor,
    first: date,
    last: date,
    by: str,
    now: datetime,
    instead_of: object = None,
) -> Absence:
    """Keep that a person is away. It becomes one with what it overlaps; `instead_of` is the id of what it changes."""
    for absence in await absences_of(session, of=of, since=date.min):
        if absence.id == instead_of:
            await session.delete(absence)
        elif absence.first <= last and first <= absence.last:
            first, last = min(first, absence.first), max(last, absence.last)
            await session.delete(absence)
    noted = Absence(
        workspace_id=of.workspace_id, user_id=of.user_id, first=first, last=last, noted_by=by, noted_at=now
    )
    session.add(noted)
    await session.flush()  # for its id
    return noted


async def end_absence(session: AsyncSession, *, absence: Absence, today: date) -> None:
    """They are here today; of one that has not begun nothing stays."""
    if absence.first < today:
        absence.last = today - timedelta(days=1)
    else:
        await session.delete(absence)

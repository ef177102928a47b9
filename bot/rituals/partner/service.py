"""Setting a team up or changing it, from what its form holds; and who may say that somebody is away."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, selectinload

from bot.access.rules import Actor, Kind, Viewer, WhoMay
from bot.errors import FieldRefusal
from bot.i18n import _
from bot.inbox import service as inbox
from bot.people.fields import DaysOffLines, HolidaysOf, SlackId, WorkingDays, Zone
from bot.people.models import Absence, Team
from bot.people.offers import TEAM_CHANGED, TEAM_SET_UP
from bot.people.service import ensure_team, note_absence, set_up_team, team_of, teams_of
from bot.records.fields import Day, Fields, People
from bot.schedule import service as schedule
from bot.schedule.models import TEAM, Cadence, CadencePerson, Occurrence, OccurrenceState
from bot.workspaces.installations import Installation

EMOJI_NAME = re.compile(r"[a-z0-9_+'-]+")
TOLD_AS = {"thumbsup": "+1", "thumbsdown": "-1"}  # the two that people type by a name which no event has


def _emoji(typed: str) -> str:
    """The name by which Slack tells of a reaction; a skin tone makes no other emoji of it."""
    name = typed.strip(": ").lower().partition("::")[0]
    if name and not EMOJI_NAME.fullmatch(name):
        raise ValueError(
            _(
                "Write the emoji's name, as in :pushpin:. It has only letters a to z, digits, and _ + - ' in it."
            )
        )
    return TOLD_AS.get(name, name)


class TeamFields(Fields):
    channel: SlackId
    name: Annotated[str, Field(min_length=1, max_length=80)]
    pm: SlackId | None = None
    lead: SlackId | None = None
    members: People = Field(default_factory=list)
    timezone: Zone
    who_may: WhoMay = WhoMay.CHANNEL
    capture_emoji: Annotated[str, AfterValidator(_emoji), Field(max_length=100)] = ""
    working_days: WorkingDays = Field(default_factory=lambda: list(range(5)))
    """A form that was open when the app was updated has no such field; Slack lets nobody leave it empty."""
    holidays_of: HolidaysOf | None = None
    days_off: DaysOffLines = Field(default_factory=list)


class AwayFields(Fields):
    first: Day
    last: Day
    person: SlackId | None = None

    def is_of_other(self, user_id: str) -> bool:
        """Whether this one, who filled it in, says it of somebody else."""
        return self.person not in (None, user_id)


def require_channel(viewer: Viewer, channel_id: str) -> None:
    """Raises FieldRefusal for a channel that this person, or the bot, cannot see."""
    if not viewer.sees(channel_id):
        words = _("Pick a channel that you are in. Into a private one, invite me first: /invite there.")
        raise FieldRefusal({"channel": words})


async def new_team(session: AsyncSession, *, viewer: Viewer, fields: TeamFields, now: datetime) -> Team:
    """The team that a form for a new one sets up: one that a first record made already, or one made here.

    Raises:
        FieldRefusal: somebody has set up the channel's team. This form began empty, so saving it would undo theirs.
    """
    team = await ensure_team(
        session,
        actor=viewer,
        channel_id=fields.channel,
        name=fields.name,
        timezone=fields.timezone,
        now=now,
    )
    await session.refresh(
        team, ["is_set_up", "name"], with_for_update=True
    )  # the second of two sees the first
    if team.is_set_up:
        raise FieldRefusal({"channel": _taken(team)})
    return team


async def save_team(session: AsyncSession, *, viewer: Viewer, team: Team, fields: TeamFields) -> Team:
    """Keep a team's settings.

    Raises:
        FieldRefusal: the channel is another team's, or one that this person cannot see.
    """
    require_channel(viewer, fields.channel)
    other = await team_of(session, workspace_id=viewer.workspace_id, channel_id=fields.channel)
    if other is not None and other.id != team.id:
        raise FieldRefusal({"channel": _taken(other)})
    return await set_up_team(
        session,
        viewer=viewer,
        team=team,
        channel_id=fields.channel,
        name=fields.name,
        pm_id=fields.pm,
        lead_id=fields.lead,
        member_ids=fields.members,
        timezone=fields.timezone,
        who_may=fields.who_may,
        capture_emoji=fields.capture_emoji or None,
        working_days=fields.working_days,
        place=fields.holidays_of,
        days_off=fields.days_off,
    )


async def follow_calendar(
    session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime
) -> list[tuple[Cadence, Occurrence | None]]:
    """Plan what is to come by the team's new calendar and zone; returns what comes at another time for it.

    Of what only some people meet for, only those are told when that is.
    """
    rows = await session.scalars(
        select(Cadence)
        .where(Cadence.team_id == team.id)
        .options(selectinload(Cadence.people))
        .order_by(Cadence.id)
    )
    told = [row for row in rows if row.follows == TEAM or not row.people or viewer.user_id in row.user_ids]
    before = [_start(await schedule.next_of(session, cadence=cadence)) for cadence in told]
    await schedule.replan_team(session, team=team, now=now)
    after = [(cadence, await schedule.next_of(session, cadence=cadence)) for cadence in told]
    return [coming for was, coming in zip(before, after, strict=True) if _start(coming[1]) != was]


def _start(occurrence: Occurrence | None) -> datetime | None:
    return occurrence.starts_at if occurrence else None


async def tell_rituals(session: AsyncSession, *, team: Team, workspace: Installation, now: datetime) -> None:
    """Rituals whose cards offer to set the team up take that back, after the answer: it may be many cards."""
    await inbox.receive(
        session,
        event_id=f"{TEAM_SET_UP}:{team.id}",
        slack_team_id=workspace.slack_id,
        event={"type": TEAM_SET_UP, "team": team.id},
        event_time=now,
        now=now,
        workspace_id=team.workspace_id,
    )


async def tell_of_others(
    session: AsyncSession,
    *,
    team: Team,
    was: Sequence[str | None],
    change: str,
    workspace: Installation,
    now: datetime,
) -> None:
    """Rituals hear that a team has another PM or tech lead than these two; `change` is what names this change alone."""
    if not any(was) or [team.pm_id, team.lead_id] == list(was):
        return
    await inbox.receive(
        session,
        event_id=f"{TEAM_CHANGED}:{team.id}:{change}",
        slack_team_id=workspace.slack_id,
        event={"type": TEAM_CHANGED, "team": team.id, "was": list(was)},
        event_time=now,
        now=now,
        workspace_id=team.workspace_id,
    )


def _taken(team: Team) -> str:
    return _(
        "That channel is the home of {team}, and a channel has one team. To change that one, type "
        "/partner team there.",
        team=team.name,
    )


# Being away


async def note_away(
    session: AsyncSession, *, viewer: Viewer, fields: AwayFields, changes: object, today: date, now: datetime
) -> Absence:
    """Keep that somebody is away. `changes`: the id of the absence that the form showed, which was the viewer's own.

    Raises:
        FieldRefusal: the days are over, or in the wrong order; or it is not theirs to say of that person.
    """
    if fields.last < today:
        raise FieldRefusal({"last": _("That day is already over. Pick one from today on.")})
    if fields.last < fields.first:
        raise FieldRefusal({"last": _("That is before the first day. Pick that day or a later one.")})
    of_other = fields.is_of_other(viewer.user_id)
    if of_other:
        await _require_may_note(session, viewer=viewer, user_id=str(fields.person))
    return await note_absence(
        session,
        of=Actor(viewer.workspace_id, fields.person or viewer.user_id),
        first=fields.first,
        last=fields.last,
        by=viewer.user_id,
        now=now,
        instead_of=None if of_other else changes,
    )


async def _require_may_note(session: AsyncSession, *, viewer: Viewer, user_id: str) -> None:
    """Raises FieldRefusal unless they are an admin, or run a team that this person is in."""
    teams = [team for team in await teams_of(session, viewer=viewer) if team.is_of(user_id)]
    if not notes_for_others(viewer, teams):
        words = _(
            "Only a workspace admin, or who runs a team that they are in, can do this for somebody else."
        )
        raise FieldRefusal({"person": words})


def notes_for_others(viewer: Viewer, teams: Sequence[Team]) -> bool:
    """Whether there is somebody, in these teams or anywhere, of whom they may say that they are away."""
    runs_one = any(viewer.user_id in team.owner_ids for team in teams)
    return viewer.kind is Kind.MEMBER and (viewer.is_admin or runs_one)


async def left_out_by(session: AsyncSession, *, absence: Absence) -> Sequence[Occurrence]:
    """What is planned for that time and will not come about without them."""
    rows = await session.scalars(
        select(Occurrence)
        .join(Cadence)
        .join(CadencePerson)
        .where(
            CadencePerson.workspace_id == absence.workspace_id,
            CadencePerson.user_id == absence.user_id,
            Occurrence.state == OccurrenceState.DUE,
            Occurrence.next_at.is_not(None),
        )
        .order_by(Occurrence.starts_at)
        .options(contains_eager(Occurrence.cadence))
    )
    return [row for row in rows if absence.first <= row.starts_on <= absence.last]

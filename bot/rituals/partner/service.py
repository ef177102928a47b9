"""Setting a team up or changing it, from what its form holds."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer, WhoMay
from bot.errors import FieldRefusal
from bot.i18n import _
from bot.inbox import service as inbox
from bot.people.fields import Zone
from bot.people.models import Team
from bot.people.offers import TEAM_SET_UP
from bot.people.service import ensure_team, set_up_team, team_of
from bot.records.fields import Fields, People
from bot.workspaces.installations import Installation

EMOJI_NAME = re.compile(r"[a-z0-9_+'-]+")
TOLD_AS = {"thumbsup": "+1", "thumbsdown": "-1"}  # the two that people type by a name which no event has

SlackId = Annotated[str, Field(max_length=32)]


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
    )


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


def _taken(team: Team) -> str:
    return _(
        "That channel is the home of {team}, and a channel has one team. To change that one, type "
        "/partner team there.",
        team=team.name,
    )

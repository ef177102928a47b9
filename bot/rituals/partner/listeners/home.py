"""The hub's part of Home, and dealing with what could not be posted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Kind, Viewer, may
from bot.errors import Refusal
from bot.i18n import _
from bot.outbox import service as outbox
from bot.people import service as people
from bot.people.models import Team
from bot.rituals.partner.listeners.away import current
from bot.rituals.partner.views import home as views
from bot.slack import blocks as b
from bot.slack.home import HomeSection
from bot.slack.request import Request


async def section(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection:
    teams = await people.teams_of(session, viewer=viewer)
    runs_one = viewer.is_admin or any(viewer.user_id in team.owner_ids for team in teams)
    troubles = await _troubles(session, viewer, teams)
    own = [team for team in teams if team.is_of(viewer.user_id)]
    today = own[0].today(now) if own else now.date()  # Home is not told in which zone its reader is
    return views.section(
        own,
        others=[team for team in teams if viewer.is_admin and not team.is_of(viewer.user_id)],
        changeable=[team for team in teams if may(viewer, Action.ADMINISTER, team)],
        can_set_up=viewer.kind is Kind.MEMBER,
        muted=await people.is_muted(session, actor=viewer),
        away=await current(session, viewer, today),
        troubles=troubles if troubles or runs_one else None,
        now=now,
    )


async def _troubles(session: AsyncSession, viewer: Viewer, teams: Sequence[Team]) -> list[outbox.Trouble]:
    """What they are to hear of, and what was not posted to the channels of the teams that they run.

    An admin sees those of channels they can see.
    """
    mine = {team.channel_id for team in teams if viewer.is_admin or viewer.user_id in team.owner_ids}
    return await outbox.troubles(
        session, workspace_id=viewer.workspace_id, channel_ids=mine, user_id=viewer.user_id
    )


async def send_again(request: Request, value: str) -> None:
    async with _in_trouble(request, value) as session:
        await outbox.retry(
            session, workspace_id=request.actor.workspace_id, delivery_id=value, now=request.now
        )
    request.tell(b.message(_("I am trying again. What still cannot be posted comes back to your Home tab.")))
    request.refresh_home()


async def let_go(request: Request, value: str) -> None:
    async with _in_trouble(request, value) as session:
        await outbox.skip(session, workspace_id=request.actor.workspace_id, delivery_id=value)
    request.tell(b.message(_("I let it go, and will not try again.")))
    request.refresh_home()


@asynccontextmanager
async def _in_trouble(request: Request, delivery_id: str) -> AsyncIterator[AsyncSession]:
    """Raises Refusal when it is in no trouble any more, or none of theirs."""
    viewer = await request.see()
    async with request.begin() as session:
        teams = await people.teams_of(session, viewer=viewer)
        found = await _troubles(session, viewer, teams)
        if delivery_id not in [trouble.delivery_id for trouble in found]:
            request.refresh_home()
            raise Refusal(_("That message has been dealt with already."))
        yield session

"""What rituals suggest for the 1:1 of PM and tech lead, shown in the Home of those two."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Viewer
from bot.i18n import _
from bot.people.models import Team
from bot.people.service import teams_of
from bot.ritual import Ritual, Suggestion
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.home import HomeSection, Section

SHOWN = 5  # a team


def agenda_home(rituals: Sequence[Ritual]) -> Section:
    """The part of Home that gathers every ritual's suggestions."""

    async def section(session: AsyncSession, *, viewer: Viewer, now: datetime) -> HomeSection | None:
        teams = [
            team
            for team in await teams_of(session, viewer=viewer)
            if viewer.user_id in (team.pm_id, team.lead_id)
        ]
        blocks: list[Block] = []
        for team in teams:
            items = await suggested(session, rituals=rituals, viewer=viewer, team=team, now=now)
            blocks += _team_blocks(team, items)
        return HomeSection(_("For your next 1:1"), blocks) if blocks else None

    return section


async def suggested(
    session: AsyncSession, *, rituals: Sequence[Ritual], viewer: Viewer, team: Team, now: datetime
) -> list[Suggestion]:
    """What all rituals suggest for a team's 1:1, the oldest first."""
    offers = [ritual.agenda for ritual in rituals if ritual.agenda]
    items = [item for offer in offers for item in await offer(session, viewer=viewer, team=team, now=now)]
    return sorted(items, key=lambda item: item.since)


def _team_blocks(team: Team, items: Sequence[Suggestion]) -> list[Block]:
    if not items:
        return []
    lines = [f"• {item.text}" for item in items[:SHOWN]]
    if len(items) > SHOWN:
        lines.append(_("and {n} more", n=len(items) - SHOWN))
    return [b.section("\n".join([f"*{text.escape(team.name)}*", *lines]))]

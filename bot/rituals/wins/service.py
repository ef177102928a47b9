"""What one can do with wins: tell of one, change it, say thank you, withdraw it, find the latest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Action, Viewer, require
from bot.db import text_index
from bot.db.upsert import insert
from bot.errors import Refusal
from bot.i18n import _
from bot.people.models import Team
from bot.people.service import muted_names
from bot.records import service as records
from bot.records.fields import Fields, People, Title
from bot.rituals.wins.models import Thanks, Win

KIND = "win"
POSSIBLE = 1_000  # characters; short enough for the card, which shows it whole
UNTHANKED = timedelta(days=3)  # after that a win is worth a line in the 1:1


class WinFields(Fields):
    """Field names are the block ids of the form."""

    title: Title
    makes_possible: Annotated[str, Field(max_length=POSSIBLE)] = ""
    thanks_to: People = Field(default_factory=list)


async def tell_win(
    session: AsyncSession, *, viewer: Viewer, team: Team, fields: WinFields, now: datetime
) -> Win:
    """Keep a new win in the team's channel."""
    require(viewer, Action.LOG, team)
    win = Win(
        workspace_id=team.workspace_id,
        team_id=team.id,
        channel_id=team.channel_id,
        number=await records.next_number(session, workspace_id=team.workspace_id, kind=KIND),
        created_by=viewer.user_id,
        created_at=now,
        thanks=[],
        **facts_of(fields),
    )
    win.team = team
    session.add(win)
    await session.flush()  # for its id
    await _index(session, win)
    return win


async def edit_win(
    session: AsyncSession, *, viewer: Viewer, win: Win, fields: WinFields, seen_edit: int, now: datetime
) -> None:
    """As `records.edit`, for a win."""
    await records.edit(
        session,
        viewer=viewer,
        record=win,
        before=facts(win),
        after=facts_of(fields),
        seen_edit=seen_edit,
        now=now,
    )
    await _index(session, win)


async def thank(session: AsyncSession, *, viewer: Viewer, win: Win, now: datetime) -> bool:
    """Note that this person says thank you. Returns whether that is news.

    Raises:
        Refusal: it is withdrawn, or it is their own: nobody thanks themselves.
    """
    require(viewer, Action.ACKNOWLEDGE, win)
    records.require_standing(win)
    if viewer.user_id in win.thanks_to:
        raise Refusal(_("{name} is there to thank you, so this button is for the others.", name=win.name))
    if viewer.user_id == win.created_by:
        raise Refusal(
            _(
                "You told of {name}, and that is a thank you already. This button is for the others.",
                name=win.name,
            )
        )
    thanked = await session.scalar(
        insert(session, Thanks)
        .values(win_id=win.id, user_id=viewer.user_id, at=now)
        .on_conflict_do_nothing()
        .returning(Thanks.win_id)
    )
    await session.refresh(win, ["thanks"])
    return thanked is not None


async def latest(
    session: AsyncSession, *, viewer: Viewer, limit: int, before: int | None = None
) -> Sequence[Win]:
    """The newest wins that this person can see, those with a number below `before`."""
    statement = await _visible(session, viewer)
    if before is not None:
        statement = statement.where(Win.number < before)
    return (await session.scalars(statement.order_by(Win.number.desc()).limit(limit))).all()


async def unthanked(session: AsyncSession, *, viewer: Viewer, team: Team, now: datetime) -> Sequence[Win]:
    """The team's wins that neither its PM nor its tech lead said thank you for in days, oldest first.

    Who told of one has noticed it, and where both are among those thanked there is nothing for them to do.
    """
    pair = {user for user in (team.pm_id, team.lead_id) if user}
    theirs = exists().where(Thanks.win_id == Win.id, Thanks.user_id.in_(pair))
    statement = (await _visible(session, viewer)).where(
        Win.team_id == team.id,
        Win.created_at <= now - UNTHANKED,
        Win.created_by.not_in(pair),
        ~theirs,
    )
    rows = await session.scalars(statement.order_by(Win.number).limit(20))
    return [win for win in rows if not pair <= set(win.thanks_to)]


async def muted_in(session: AsyncSession, win: Win) -> dict[str, str]:
    """Those whom a card names and who do not want to be mentioned, with their names."""
    named = {*win.thanks_to, win.created_by, *filter(None, [win.withdrawn_by])}
    return await muted_names(session, workspace_id=win.workspace_id, user_ids=named)


def facts(win: Win) -> dict[str, Any]:
    """The content of a win, by field: what revisions compare."""
    return {"title": win.title, "makes_possible": win.makes_possible, "thanks_to": win.thanks_to}


def field_words(name: str) -> str:
    """What people call a field of a revision."""
    return {
        "title": _("what got done"),
        "makes_possible": _("what it makes possible"),
        "thanks_to": _("who is thanked"),
        "withdrawn": _("withdrawn"),
    }.get(name, name)


def facts_of(fields: WinFields) -> dict[str, Any]:
    return {**fields.model_dump(), "thanks_to": list(dict.fromkeys(fields.thanks_to))}


async def _visible(session: AsyncSession, viewer: Viewer) -> Select[Win]:
    visible = await records.channels_with_records(session, viewer=viewer)
    return (
        select(Win)
        .where(
            Win.workspace_id == viewer.workspace_id, Win.channel_id.in_(visible), Win.withdrawn_at.is_(None)
        )
        .options(*Win.whole())
    )


async def _index(session: AsyncSession, win: Win) -> None:
    await text_index.put(
        session,
        record_id=win.id,
        workspace_id=win.workspace_id,
        title=win.title,
        about="",
        body=win.makes_possible,
    )

"""Drafts: what Slack had shown us of a form, offered again when one like it is opened next.

Slack's `view_closed` carries no values, so a draft is what was last seen in a `block_actions` (a row added, "More",
people or a date chosen: each carries the whole state) or in a refused submission. Each open form has a draft of its
own, so that a second one takes nothing from the first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from slack_sdk.models.blocks import Block
from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor
from bot.db.upsert import insert
from bot.i18n import _
from bot.records.models import Draft
from bot.slack import blocks as b
from bot.slack import text
from bot.slack.forms import Values, is_typed_into
from bot.slack.request import Request

log = structlog.get_logger()

KEPT = timedelta(days=30)
SUBJECT = "draft"
"""A form that wants drafts carries what it is about under this name in its ids."""
OFFERED = "offered"
"""And the id of the draft that is offered in it, while it is."""
ANYWHERE = "channel:any"
"""The subject of what was begun outside of a channel: it is offered in each."""
OFFER = "draft"  # the block with the one line of the offer
TITLE_SHOWN = 60


def of_channel(channel_id: str | None) -> str:
    """The subject of what is begun in a channel, or outside of any."""
    return f"channel:{channel_id}" if channel_id else ANYWHERE


async def keep_shown(request: Request, values: Values) -> None:
    """Keep what Slack has just shown of an open form."""
    await keep_as(request, values, subject=request.ids.get(SUBJECT))


async def keep_as(request: Request, values: Values, *, subject: object) -> None:
    """As `keep_shown`, of a form that is about something else from here on."""
    if subject and is_typed_into(request.view):
        async with request.aside() as session:
            await _keep(session, request, view_id=request.view["id"], subject=str(subject), values=values)


async def _keep(
    session: AsyncSession, request: Request, *, view_id: str, subject: str, values: Values
) -> None:
    latest = {"values": values, "ids": request.ids, "updated_at": request.now, "subject": subject}
    await session.execute(
        insert(session, Draft)
        .values(
            workspace_id=request.actor.workspace_id,
            user_id=request.actor.user_id,
            form=request.view["callback_id"],
            view_id=view_id,
            **latest,
        )
        .on_conflict_do_update(index_elements=["workspace_id", "user_id", "view_id"], set_=latest)
    )


async def newest(session: AsyncSession, *, actor: Actor, form: str, subjects: Sequence[str]) -> Draft | None:
    """The draft to offer in a form about one of these."""
    return await _readable(
        session,
        select(Draft)
        .where(*_of(actor), Draft.form == form, Draft.subject.in_(subjects))
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(1),
    )


async def offered(session: AsyncSession, request: Request) -> Draft | None:
    """The draft that is offered in the open form."""
    draft_id = request.ids.get(OFFERED)
    if not isinstance(draft_id, int):
        return None
    return await _readable(session, select(Draft).where(*_of(request.actor), Draft.id == draft_id))


async def _readable(session: AsyncSession, one: Select[Draft]) -> Draft | None:
    """None when no key can read it: without a draft people go on, without their form they cannot."""
    try:
        return await session.scalar(one)
    except KeyError:
        log.warning("draft_unreadable")
        return None


async def resume(session: AsyncSession, request: Request, draft: Draft, usual: Values) -> None:
    """The draft goes on in the open form. What was typed there in other words is kept as a draft in turn.

    `usual`: what stands in fields that nobody has touched.
    """
    here = request.values
    differs = any(
        name in here and here[name] not in (value, usual.get(name)) for name, value in draft.values.items()
    )
    await discard(session, request)
    if differs:
        await _keep(
            session,
            request,
            view_id=f"{request.view['id']}:before",
            subject=str(request.ids.get(SUBJECT)),
            values=here,
        )
    draft.view_id = request.view["id"]


async def discard(session: AsyncSession, request: Request) -> None:
    """What the open form held is saved, or no longer wanted."""
    await session.execute(delete(Draft).where(*_of(request.actor), Draft.view_id == request.view["id"]))


async def discard_offered(session: AsyncSession, request: Request) -> None:
    if (draft := await offered(session, request)) is not None:
        await session.delete(draft)


async def purge(session: AsyncSession, *, now: datetime) -> None:
    """Forget what nobody came back to."""
    await session.execute(delete(Draft).where(Draft.updated_at < now - KEPT))


def _of(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Draft.workspace_id == actor.workspace_id, Draft.user_id == actor.user_id


def brought_up_to_date(draft: Values, was: Values, now: Values) -> Values:
    """Of an edit's draft, which holds the whole record as it `was`, what was changed in it, upon the record as it is `now`."""
    names = dict.fromkeys(key.split(".")[0] for key in (*draft, *was, *now))
    parts = [
        _of_field(now if _of_field(draft, name) == _of_field(was, name) else draft, name) for name in names
    ]
    return {key: value for part in parts for key, value in part.items()}


def _of_field(values: Values, name: str) -> Values:
    """A field's value, or the cells of its rows."""
    return {key: value for key, value in values.items() if key.split(".")[0] == name}


# How it is offered


def offer_words(draft: Draft) -> str:
    title = str(draft.values.get("title") or "")
    when = text.moment(draft.updated_at)
    if not title:
        return _("You have a draft from {when}.", when=when)
    shown = text.escape(text.shortened(title, TITLE_SHOWN))
    return _("You have a draft from {when}: “{title}”.", when=when, title=shown)


def offer_blocks(words: str | None, *, resume: str, discard: str) -> list[Block]:
    """One line and two buttons, with these action ids; nothing where no draft is offered."""
    if words is None:
        return []
    return [
        b.section(words, block_id=OFFER),
        b.actions(
            b.button(_("Resume"), resume, style="primary"),
            b.button(_("Discard"), discard, confirm=_("The draft is gone then.")),
        ),
    ]


def offer_on_screen(request: Request) -> str | None:
    """The line of the offer, as long as it stands in the open form."""
    if OFFERED not in request.ids:
        return None
    lines = [block["text"]["text"] for block in request.view["blocks"] if block.get("block_id") == OFFER]
    return lines[0] if lines else None

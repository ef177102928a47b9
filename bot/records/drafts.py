"""Drafts: what Slack had shown us of a form, offered again when it is opened next.

Slack's `view_closed` carries no values, so a draft is what was last seen in a `block_actions` (a row added, "More",
people or a date chosen: each carries the whole state) or in a refused submission.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor
from bot.db.upsert import insert
from bot.records.models import Draft
from bot.slack.forms import Values
from bot.slack.request import Request

KEPT = timedelta(days=30)


async def keep_shown(request: Request, values: Values) -> None:
    """Keep what Slack has just shown of an open form. A form that wants this carries its subject as `draft`."""
    subject = request.ids.get("draft")
    if values and subject:
        async with request.aside() as session:
            await keep(
                session,
                actor=request.actor,
                form=request.view["callback_id"],
                subject=str(subject),
                values=values,
                now=request.now,
            )


async def keep(
    session: AsyncSession, *, actor: Actor, form: str, subject: str, values: Values, now: datetime
) -> None:
    latest = {"values": values, "updated_at": now}
    await session.execute(
        insert(session, Draft)
        .values(workspace_id=actor.workspace_id, user_id=actor.user_id, form=form, subject=subject, **latest)
        .on_conflict_do_update(index_elements=["workspace_id", "user_id", "form", "subject"], set_=latest)
    )


async def find(session: AsyncSession, *, actor: Actor, form: str, subject: str) -> Draft | None:
    return await session.scalar(select(Draft).where(*_is(actor, form, subject)))


async def discard(session: AsyncSession, *, actor: Actor, form: str, subject: str) -> None:
    await session.execute(delete(Draft).where(*_is(actor, form, subject)))


async def purge(session: AsyncSession, *, now: datetime) -> None:
    """Forget what nobody came back to."""
    await session.execute(delete(Draft).where(Draft.updated_at < now - KEPT))


def _is(actor: Actor, form: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Draft.workspace_id == actor.workspace_id,
        Draft.user_id == actor.user_id,
        Draft.form == form,
        Draft.subject == subject,
    )

"""Being asked again: a person who is asked something before an occurrence puts it off for an hour, or until tomorrow."""

from datetime import datetime, timedelta

from slack_sdk.models.blocks.block_elements import OverflowMenuElement
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import missing
from bot.errors import NotFound
from bot.i18n import _
from bot.outbox import service as outbox
from bot.schedule import service
from bot.schedule.models import Occurrence
from bot.slack import blocks as b
from bot.slack import text

HOUR, TOMORROW = "hour", "tomorrow"
MOVE, SKIP = "move", "skip"
AN_HOUR = timedelta(hours=1)


def menu(action_id: str, occurrence: Occurrence) -> OverflowMenuElement:
    """For the message that asks: later, or what else can be done to this one occurrence. Values are `hour:9`."""
    choices = [
        (_("Ask me in an hour"), HOUR),
        (_("Ask me tomorrow"), TOMORROW),
        (_("Another time for this one"), MOVE),
        (_("Leave this one out"), SKIP),
    ]
    return b.overflow(action_id, [(shown, f"{what}:{occurrence.id}") for shown, what in choices])


async def until(
    session: AsyncSession, *, choice: str, occurrence: Occurrence, now: datetime
) -> datetime | None:
    """When to ask again; None where that is no use any more. Tomorrow is an hour before it begins at the latest.

    Raises:
        NotFound: that was never on the menu.
    """
    if choice not in (HOUR, TOMORROW):
        raise NotFound(missing())
    at = now + AN_HOUR
    if choice == TOMORROW:
        tomorrow = await service.same_time_tomorrow(session, cadence=occurrence.cadence, now=now)
        at = min(tomorrow, occurrence.starts_at - AN_HOUR)
    return at if now < at < occurrence.starts_at else None


async def ask_again(
    session: AsyncSession,
    *,
    occurrence: Occurrence,
    user_id: str,
    payload: b.Payload,
    at: datetime,
    now: datetime,
) -> None:
    """The same question at that time, in place of any that waits for another."""
    await service.call_off(session, occurrence=occurrence, user_id=user_id)
    await outbox.post(
        session,
        workspace_id=occurrence.workspace_id,
        source=service.source(occurrence, service.AGAIN),
        recipient=user_id,
        part=int(at.timestamp()),
        payload=payload,
        now=now,
        not_before=at,
        useful_until=occurrence.starts_at,
    )


def told(at: datetime) -> b.Payload:
    return b.message(_("I ask you again {when}.", when=text.moment(at)))

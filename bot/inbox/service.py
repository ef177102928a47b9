"""Takes events in. All of it is part of the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.database_time import at_once
from bot.db.upsert import insert
from bot.inbox.models import Envelope, EnvelopeState

WAKE = "inbox"  # marks a session whose commit should wake the worker
KEPT = timedelta(hours=72)  # Slack's Delayed Events retry hourly for 24 h; docs.slack.dev/apis/events-api


async def receive(
    session: AsyncSession,
    *,
    event_id: str,
    slack_team_id: str,
    event: Mapping[str, Any],
    event_time: datetime,
    now: datetime,
    workspace_id: int | None = None,
) -> bool:
    """Keep an event (the inner one) to be handled once; False when it was seen before."""
    session.info[WAKE] = True
    taken = await session.scalar(
        insert(session, Envelope)
        .values(
            workspace_id=workspace_id,
            slack_team_id=slack_team_id,
            event_id=event_id,
            type=event_name(event),
            payload=_kept(event),
            event_time=event_time,
            received_at=now,
            not_before=at_once(session, now),
        )
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(Envelope.id)
    )
    return taken is not None


def _kept(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event without what people wrote: of a person only what changes our times, of a message that was changed or deleted only which one it is.

    `text_changed` says that its text is another: an unfurl is a change too, and none that matters.
    """
    if event["type"] == "user_change":  # a profile is nobody's business here
        return {"type": event["type"], "user": {k: event["user"].get(k) for k in ("id", "tz", "deleted")}}
    if event["type"] != "message":
        return {
            name: value for name, value in event.items() if name != "view"
        }  # the Home as it was published
    said, before = event.get("message") or {}, event.get("previous_message") or {}
    return {
        **{name: event[name] for name in ("type", "subtype", "channel", "deleted_ts") if name in event},
        "message": {"ts": said.get("ts")},
        "previous_message": {"ts": before.get("ts")},
        "text_changed": said.get("text") != before.get("text"),
    }


def event_name(event: Mapping[str, Any]) -> str:
    """`reaction_added`; of messages the kind of change, `message.message_deleted`."""
    return f"{event['type']}.{event['subtype']}" if event.get("subtype") else str(event["type"])


async def purge(session: AsyncSession, *, now: datetime) -> None:
    """Forget events that Slack cannot deliver again. Those not yet handled stay."""
    await session.execute(
        delete(Envelope).where(Envelope.received_at < now - KEPT, Envelope.state != EnvelopeState.NEW)
    )

"""One delivery and Slack: finds out whether it arrived earlier, else sends it, and says what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.codes import KEY_LOST, NO_ANSWER, TOO_LATE, UNREACHABLE, UNREADABLE, Verdict, verdict_on
from bot.outbox.lanes import Claimed
from bot.outbox.models import CANVASES, Kind
from bot.outbox.settle import Result

log = structlog.get_logger()

EVENT_TYPE = "common_ground_delivery"
CLOCKS_DIFFER = timedelta(seconds=60)  # history is read from this long before the first try, by Slack's clock
PAGE = 200  # messages; Slack gives 15 to apps it limits, and more pages
RETRY_AFTER = 30.0  # seconds, where Slack does not say

# Answers to reading back that mean: not for you. What is read cannot be told from what was never there.
MAY_NOT_READ = frozenset({"missing_scope", "not_allowed_token_type", "no_permission", "access_denied"})


class _Stop(Exception):
    """This try ends here, with this verdict."""

    def __init__(
        self, verdict: Verdict, code: str = "", *, method: str = "", wait_seconds: float = 0
    ) -> None:
        super().__init__(code)
        self.verdict = verdict
        self.code = code
        self.method = method
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Line:
    """What a try needs. `held` says for how many seconds a method may not be called; None means that it may."""

    client: AsyncWebClient
    token: str
    held: Callable[[str], float | None]


async def deliver(delivery: Claimed, line: Line) -> Result:
    """Try once. Never raises but for cancellation."""
    channel_id = delivery.channel_id
    try:
        channel_id = channel_id or await _conversation(delivery, line)
        message_ts = await _look(delivery, channel_id, line) if _may_have_arrived(delivery) else None
        if message_ts is None:
            _require_use(delivery)
            _require_silence(delivery)
            answer = await _call(line, delivery.method, _arguments(delivery, channel_id))
            channel_id = answer.get("channel") or channel_id
            message_ts = answer.get("ts") or answer.get("message_ts") or answer.get("canvas_id")
    except _Stop as stop:
        return Result(
            delivery,
            stop.verdict,
            code=stop.code,
            channel_id=channel_id,
            method=stop.method,
            wait_seconds=stop.wait_seconds,
            token=line.token,
        )
    return Result(delivery, Verdict.SENT, channel_id=channel_id, message_ts=message_ts)


def _may_have_arrived(delivery: Claimed) -> bool:
    return delivery.look_first and delivery.kind in (Kind.POST, Kind.CANVAS)


def _require_use(delivery: Claimed) -> None:
    if delivery.is_too_late:
        raise _Stop(Verdict.SKIP, TOO_LATE)


def _require_silence(delivery: Claimed) -> None:
    """Nothing is asked twice while Slack may still be at it: a request that timed out may be taken much later."""
    if not _may_have_arrived(delivery):
        return
    if delivery.wait_seconds:
        raise _Stop(Verdict.BACK, wait_seconds=delivery.wait_seconds)
    log.warning("sent_again", workspace=delivery.workspace_id, delivery=delivery.id)


async def _conversation(delivery: Claimed, line: Line) -> str:
    """History is kept by conversation, so a person's DM is opened before anything is posted to it."""
    if not delivery.recipient.startswith(("U", "W")):
        return delivery.recipient
    answer = await _call(line, "conversations.open", {"users": delivery.recipient})
    return str(answer["channel"]["id"])


async def _look(delivery: Claimed, channel_id: str, line: Line) -> str | None:
    """The ts of this delivery when an earlier try arrived after all."""
    if delivery.kind is Kind.CANVAS:  # Slack lists the canvases of a channel to nobody
        raise _Stop(Verdict.UNCERTAIN, UNREADABLE)
    method, arguments = "conversations.history", {"channel": channel_id}
    if delivery.thread_ts:
        method, arguments = "conversations.replies", {"channel": channel_id, "ts": delivery.thread_ts}
    oldest = (delivery.first_try_at - CLOCKS_DIFFER).timestamp()
    page = {**arguments, "oldest": f"{oldest:.6f}", "limit": PAGE, "include_all_metadata": True}
    cursor = ""
    while True:
        try:
            answer = await _read(line, method, {**page, **({"cursor": cursor} if cursor else {})})
        except _Stop as stop:
            if stop.code == "thread_not_found":
                return None
            raise _without_look(stop, delivery, method) from None
        for message in answer["messages"]:
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            if metadata.get("event_type") == EVENT_TYPE and payload.get("id") == delivery.id:
                log.info("found_after_lost_answer", workspace=delivery.workspace_id, delivery=delivery.id)
                return str(message["ts"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return None


def _without_look(stop: _Stop, delivery: Claimed, method: str) -> _Stop:
    """A question that is refused says nothing of the message, which is neither bad nor gone by it."""
    if stop.code in MAY_NOT_READ:
        return _Stop(Verdict.UNCERTAIN, UNREADABLE)
    if stop.verdict in (Verdict.DEAD, Verdict.SKIP):
        log.error("could_not_look", workspace=delivery.workspace_id, method=method, error=stop.code)
        return _Stop(Verdict.UNCERTAIN, UNREADABLE)
    return stop


def _arguments(delivery: Claimed, channel_id: str) -> dict[str, Any]:
    if delivery.kind in CANVASES:
        return _canvas_arguments(delivery, channel_id)
    if delivery.kind is Kind.PIN:
        return {"channel": channel_id, "timestamp": delivery.message_ts}
    arguments = {**_payload(delivery), "channel": channel_id}
    if delivery.kind is Kind.UPDATE:
        return {**arguments, "ts": delivery.message_ts}
    if delivery.thread_ts:
        arguments["thread_ts"] = delivery.thread_ts
    if delivery.kind is Kind.POST:
        arguments["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {"id": delivery.id}}
        arguments |= {"unfurl_links": False, "unfurl_media": False}
    return arguments


def _canvas_arguments(delivery: Claimed, channel_id: str) -> dict[str, Any]:
    """A canvas has its title from the beginning; each later state replaces all that stands in it."""
    payload = _payload(delivery)
    content = {"type": "markdown", "markdown": payload["markdown"]}
    if delivery.kind is Kind.CANVAS_UPDATE:
        change = {"operation": "replace", "document_content": content}
        return {"canvas_id": delivery.message_ts, "changes": [change]}
    return {"title": payload["title"], "channel_id": channel_id, "document_content": content}


def _payload(delivery: Claimed) -> dict[str, Any]:
    if delivery.payload is None:
        raise _Stop(Verdict.DEAD, KEY_LOST)
    return delivery.payload


async def _call(line: Line, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Slack's answer when it is a yes; else _Stop. For methods that change something: those take JSON."""
    return await _ask(line, method, json=arguments)


async def _read(line: Line, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """As `_call`, for methods that read: those see nothing of a JSON body."""
    return await _ask(line, method, http_verb="GET", params=arguments)


async def _ask(line: Line, method: str, **request: Any) -> dict[str, Any]:
    if (seconds := line.held(method)) is not None:
        raise _Stop(Verdict.BACK, method=method, wait_seconds=seconds)
    try:
        answer = await line.client.api_call(method, **request)
    except aiohttp.ClientConnectorError:
        raise _Stop(Verdict.RETRY, UNREACHABLE) from None
    except SlackApiError as error:
        raise _refused(error, method) from None
    except Exception as error:  # noqa: BLE001 -- whatever it was, the request may have arrived
        log.warning("slack_gave_no_answer", method=method, error=type(error).__name__)
        raise _Stop(Verdict.UNCERTAIN, NO_ANSWER) from None
    if not isinstance(answer.data, dict):
        raise _Stop(Verdict.UNCERTAIN, NO_ANSWER)
    return answer.data


def _refused(error: SlackApiError, method: str) -> _Stop:
    response = error.response
    status = getattr(response, "status_code", None)
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        wait = float(response.headers.get("Retry-After", RETRY_AFTER))
        return _Stop(Verdict.RETRY, code or "ratelimited", method=method, wait_seconds=wait)
    if not isinstance(code, str) or (status or 500) >= 500:
        return _Stop(Verdict.UNCERTAIN, code if isinstance(code, str) else NO_ANSWER)
    return _Stop(verdict_on(code, method), code)

"""Slack's HTTP door: the signature first, then one way into Bolt. Whatever is signed is answered 200.

Slack switches the events of the whole app off when more than 95 % of an hour's deliveries fail
(docs apis/events-api#failure-limits), so nothing that Slack sent may be answered with an error.
"""

import asyncio

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

log = structlog.get_logger()

TIMESTAMP_DIGITS = 12  # seconds since 1970 have ten; Python refuses to read thousands
BODY_SECONDS = 3.0  # all that Slack waits for an answer
BODY_BYTES = 2 * 1024 * 1024  # a view's state is at most some hundred kilobytes; more is not from Slack


def routes(bolt: AsyncApp, *, signing_secret: str) -> list[web.RouteDef]:
    verifier = SignatureVerifier(signing_secret)

    async def receive(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:  # Slack sends it at once; who lets it drip only wants to hold the connection
            log.warning("body_too_slow", path=request.path)
            return web.Response(status=408, text="too slow", headers={"Connection": "close"})
        if not _is_signed(verifier, body, request):
            log.warning("request_not_signed", path=request.path, bytes=len(body))
            return web.Response(status=401, text="not signed by Slack")
        try:
            bolt_request = AsyncBoltRequest(
                body=body.decode(), query=request.query_string, headers=dict(request.headers)
            )
            answer = await bolt.async_dispatch(bolt_request)
        except Exception as error:  # noqa: BLE001 -- Bolt raises whatever comes of a shape that it does not expect
            log.warning("request_not_understood", bytes=len(body), error=type(error).__name__)
            return web.Response()
        return await to_aiohttp_response(answer)

    return [web.post("/slack/events", receive)]


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= TIMESTAMP_DIGITS):
        return False  # the SDK would raise, which would be a 500
    try:
        return bool(verifier.is_valid(body=body.decode(), timestamp=timestamp, signature=signature))
    except (UnicodeError, TypeError):  # a body that is no text, a signature that is not ASCII
        return False

"""The one place where Slack clients are made, and where the errors that they raise are read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from math import ceil
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Refusal
from bot.i18n import _


class Clients:
    """Web API clients over one HTTP session. Enter it inside the running event loop.

    No client retries by itself: by default slack_sdk sends a request again when the connection drops, also one that
    Slack has carried out, and so posts twice. Whoever may retry knows more than the wire (bot.outbox).
    """

    def __init__(self, *, api_url: str, timeout_seconds: float) -> None:
        self.api_url = api_url
        self.timeout_seconds = timeout_seconds
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=TCPConnector(limit=0),  # callers bound themselves; a click must not queue behind posts
            timeout=ClientTimeout(total=self.timeout_seconds),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def bot(self, token: str | None) -> AsyncWebClient:
        """A client that speaks for the owner of the token; without one only for calls that carry their own."""
        if self._session is None:
            raise RuntimeError(
                "Clients are used inside `async with`: their session belongs to a running loop"
            )
        return AsyncWebClient(
            token=token,
            base_url=self.api_url,
            session=self._session,
            timeout=ceil(self.timeout_seconds),
            retry_handlers=[],
        )


FILE_SECONDS = 120.0
SIGN_IN_PAGE = "text/html"  # what Slack sends, with a 200, to whom it does not hand a file over


@asynccontextmanager
async def for_files(slack: AsyncWebClient) -> AsyncIterator[AsyncWebClient]:
    """The same client with time for files, which take longer than any other call."""
    async with Clients(api_url=slack.base_url, timeout_seconds=FILE_SECONDS) as clients:
        yield clients.bot(slack.token)


async def download(slack: AsyncWebClient, address: str, *, most: int) -> bytes:
    """A file's bytes. `slack` comes from `for_files`.

    Raises:
        Refusal: larger than `most` bytes; not in Slack, where our token would go to somebody else; not to be had.
    """
    home, there = urlsplit(slack.base_url), urlsplit(address)
    host = there.hostname or ""
    if there.scheme != home.scheme or (host != home.hostname and not host.endswith(f".{home.hostname}")):
        raise Refusal(_("it is not in Slack itself; save it and attach it as a file"))
    assert slack.session is not None
    headers = {"Authorization": f"Bearer {slack.token}"}
    async with slack.session.get(address, headers=headers, allow_redirects=False) as answer:
        if answer.status != HTTPStatus.OK or answer.content_type == SIGN_IN_PAGE:
            raise Refusal(_("Slack did not hand it over; try again in a minute"))
        content = bytearray()
        async for chunk in answer.content.iter_any():
            content += chunk
            if len(content) > most:
                raise Refusal(too_large(most))
    return bytes(content)


def too_large(most: int) -> str:
    return _("it is larger than {most} kB", most=f"{most // 1_000:,}")


def code_of(error: SlackApiError) -> str:
    """Slack's code of an error; where a proxy answered in Slack's place, with a page or nothing, its HTTP status."""
    answer = error.response  # the SDK's own, or aiohttp's when the body was broken JSON
    data = getattr(answer, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code or f"HTTP {getattr(answer, 'status_code', None) or getattr(answer, 'status', '?')}")

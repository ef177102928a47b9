"""What Slack says of people and channels, kept for at most five minutes and denied when unknown."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any, Generic, TypeVar

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.access.rules import Actor, Kind, Viewer
from bot.clock import Clock
from bot.slack.clients import code_of
from bot.slack.text import is_person, mentioned

log = structlog.get_logger()

FRESH_SECONDS = 300  # design: visibility by membership is at most five minutes old
PATIENCE_SECONDS = 2.0  # of the three that Slack gives an answer
KEPT = 20_000  # people and channels kept in memory
NAMES_MOST = 200  # looked up at once: everybody's clicks need the same answers of Slack
NAMED = 10  # people of one message whose names are looked up
RETRY_AFTER = 30.0  # seconds, where Slack does not say
SLACKBOT = "USLACKBOT"
PAGE = 999  # docs reference/methods/users.conversations: "under 1000"


@dataclass(frozen=True)
class PersonFacts:
    kind: Kind
    is_admin: bool
    timezone: str
    name: str


T = TypeVar("T")


class Cache(Generic[T]):
    """Values by key for a limited time; the oldest go when there are too many; one look-up at a time a key.

    `ahead`: what is half as old is looked up again, and given meanwhile as it is. Nothing older than `seconds`, from
    when its look-up began, is given to anybody.
    """

    def __init__(self, seconds: float, kept: int, clock: Clock, *, ahead: bool = False) -> None:
        self._seconds, self._kept, self._clock, self._ahead = seconds, kept, clock, ahead
        self._values: OrderedDict[tuple[Hashable, ...], tuple[float, asyncio.Future[T]]] = OrderedDict()
        self._coming: dict[tuple[Hashable, ...], tuple[float, asyncio.Future[T]]] = {}

    async def get(self, key: tuple[Hashable, ...], look_up: Callable[[], Awaitable[T]]) -> T:
        now = time.monotonic() + self._clock.ahead.total_seconds()
        found, coming = self._values.get(key), self._coming.get(key)
        if coming is not None and (coming[1].done() or found is None or _useless(found, now)):
            del self._coming[key]
            if not _failed(coming[1]):
                found = self._keep(key, coming)
        if found is None or _useless(found, now):
            found = self._keep(key, self._begun(look_up, now))
        elif (
            self._ahead and key not in self._coming and found[1].done() and found[0] - now < self._seconds / 2
        ):
            self._coming[key] = self._begun(look_up, now)
        return await asyncio.shield(found[1])

    def _begun(self, look_up: Callable[[], Awaitable[T]], now: float) -> tuple[float, asyncio.Future[T]]:
        future = asyncio.ensure_future(look_up())
        future.add_done_callback(_failed)  # whoever asked may have lost patience before it failed
        return now + self._seconds, future

    def _keep(
        self, key: tuple[Hashable, ...], found: tuple[float, asyncio.Future[T]]
    ) -> tuple[float, asyncio.Future[T]]:
        self._values[key] = found
        self._values.move_to_end(key)
        while len(self._values) > self._kept:
            self._values.popitem(last=False)
        return found

    def drop(self, *prefix: Hashable) -> None:
        for kept in (self._values, self._coming):
            for key in [key for key in kept if key[: len(prefix)] == prefix]:
                del kept[key]


def _useless(found: tuple[float, asyncio.Future[T]], now: float) -> bool:
    return found[0] <= now or _failed(found[1])


def _failed(future: asyncio.Future[T]) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)


class Directory:
    """Answers "who is this?" and "what can they see?" for every workspace of this process."""

    def __init__(self, clock: Clock) -> None:
        self._people: Cache[PersonFacts] = Cache(FRESH_SECONDS, KEPT, clock)
        self._own: Cache[frozenset[str]] = Cache(FRESH_SECONDS, KEPT, clock)
        self._public: Cache[frozenset[str]] = Cache(FRESH_SECONDS, KEPT, clock, ahead=True)  # many pages
        self._strangers: Cache[bool] = Cache(FRESH_SECONDS, KEPT, clock)

    async def person(self, slack: AsyncWebClient, actor: Actor, *, home: str) -> PersonFacts:
        """Facts about a person. `home`: Slack's id of the workspace or org, to tell its own people from strangers."""
        key = (actor.workspace_id, actor.user_id)
        return await self._people.get(key, lambda: _person(slack, actor.user_id, home))

    async def viewer(
        self,
        slack: AsyncWebClient,
        actor: Actor,
        *,
        home: str,
        here: str | None = None,
        remembered: str | None = None,
    ) -> Viewer:
        """The actor with all that they can see.

        `home` is Slack's id of the workspace or org; `here` the conversation in which Slack let them act just now,
        which for a stranger is all that we can know; `remembered` one that a modal names, where Slack is asked.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                person = await self.person(slack, actor, home=home)
                joined, channels = await self._channels(slack, actor, person.kind)
                if person.kind is Kind.STRANGER and remembered and not here:
                    here = remembered if await self._is_in(slack, actor, remembered) else None
        except (TimeoutError, SlackClientError, ClientError, OSError) as error:
            log.warning("membership_unknown", user=actor.user_id, error=type(error).__name__)
            return Viewer(actor.workspace_id, actor.user_id, Kind.UNKNOWN, False, frozenset())
        if person.kind is Kind.STRANGER and here:
            joined = channels = frozenset({here})
        return Viewer(actor.workspace_id, actor.user_id, person.kind, person.is_admin, channels, joined)

    async def with_names(self, slack: AsyncWebClient, words: str, *, workspace_id: int, home: str) -> str:
        """A message's text with names beside the bare ids that Slack has in it; only ids where there is no name."""
        people = mentioned(words)[:NAMED]
        names = await self.names(slack, people, workspace_id=workspace_id, home=home)
        for user_id, name in names.items():
            words = words.replace(f"<@{user_id}>", f"<@{user_id}|{name}>")
        return words

    async def names(
        self, slack: AsyncWebClient, user_ids: Iterable[str], *, workspace_id: int, home: str
    ) -> dict[str, str]:
        """By id, of the first two hundred. Who is no person of Slack has none; nor who comes after Slack tells no more."""
        names = {}
        for user_id in islice(filter(is_person, user_ids), NAMES_MOST):
            try:
                person = await self.person(slack, Actor(workspace_id, user_id), home=home)
            except SlackApiError as error:
                if code_of(error) == "user_not_found":
                    continue
                break
            except (SlackClientError, ClientError, TimeoutError, OSError):
                break
            names[user_id] = person.name
        return names

    async def new_team(
        self, slack: AsyncWebClient, actor: Actor, *, home: str, channel_id: str | None
    ) -> dict[str, str]:
        """A sensible name and zone for a new team: the channel's name, as far as we see it, and the asker's zone."""
        person = await self.person(slack, actor, home=home)
        name = await _channel_name(slack, channel_id) if channel_id else ""
        return {"name": name, "timezone": person.timezone}

    async def _channels(
        self, slack: AsyncWebClient, actor: Actor, kind: Kind
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The conversations that a person is in, and all that they can read."""
        if kind not in (Kind.MEMBER, Kind.GUEST):
            return frozenset(), frozenset()
        key = (actor.workspace_id, actor.user_id)
        own = self._own.get(key, lambda: _own_conversations(slack, actor.user_id))
        if kind is Kind.GUEST:
            return (joined := await own), joined
        public = self._public.get(
            (actor.workspace_id,), lambda: _conversations(slack, "conversations.list", types="public_channel")
        )
        joined, open_to_all = await asyncio.gather(own, public)
        return joined, joined | open_to_all

    async def _is_in(self, slack: AsyncWebClient, actor: Actor, channel_id: str) -> bool:
        key = (actor.workspace_id, actor.user_id, channel_id)
        return await self._strangers.get(key, lambda: _is_member(slack, actor.user_id, channel_id))

    def forget(self, workspace_id: int, user_id: str) -> None:
        """Ask Slack about this person again: they joined or left a channel, or their profile changed."""
        for kept in (self._own, self._people, self._strangers):
            kept.drop(workspace_id, user_id)

    def forget_channels(self, workspace_id: int) -> None:
        """Ask Slack again which channels are public."""
        self._public.drop(workspace_id)

    def forget_all(self, workspace_id: int) -> None:
        """Ask Slack again about everybody: the app itself joined or left a channel."""
        for kept in (self._own, self._people, self._strangers, self._public):
            kept.drop(workspace_id)


async def _person(slack: AsyncWebClient, user_id: str, home: str) -> PersonFacts:
    user: dict[str, Any] = (await slack.users_info(user=user_id))["user"]
    return PersonFacts(
        kind=_kind(user, home),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        timezone=user.get("tz") or "UTC",
        name=user.get("profile", {}).get("display_name")
        or user.get("real_name")
        or user.get("name")
        or user_id,
    )


async def _channel_name(slack: AsyncWebClient, channel_id: str) -> str:
    try:
        found = await slack.conversations_info(channel=channel_id)
    except SlackApiError as error:  # a private channel that the bot is not in
        log.info("channel_not_seen", reason=code_of(error))
        return ""
    return str(found["channel"].get("name") or "")


def _kind(user: dict[str, Any], home: str) -> Kind:
    if user.get("deleted"):
        return Kind.DEACTIVATED
    if (
        user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == SLACKBOT
    ):  # which says is_bot: false
        return Kind.BOT
    organisation = user.get("enterprise_user") or {}  # where `team_id` may be another workspace of theirs
    theirs = {user.get("team_id"), organisation.get("enterprise_id"), *(organisation.get("teams") or ())}
    if user.get("is_stranger") or home not in theirs:
        return Kind.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Kind.GUEST
    return Kind.MEMBER


async def _own_conversations(slack: AsyncWebClient, user_id: str) -> frozenset[str]:
    try:
        return await _conversations(
            slack, "users.conversations", user=user_id, types="public_channel,private_channel"
        )
    except SlackApiError as error:
        if code_of(error) != "missing_scope":
            raise
    return await _conversations(slack, "users.conversations", user=user_id, types="public_channel")


async def _conversations(slack: AsyncWebClient, method: str, **wanted: str) -> frozenset[str]:
    return frozenset([channel["id"] for channel in await _all(slack, method, "channels", **wanted)])


async def _is_member(slack: AsyncWebClient, user_id: str, channel_id: str) -> bool:
    return user_id in await _all(slack, "conversations.members", "members", channel=channel_id)


async def _all(slack: AsyncWebClient, method: str, what: str, **wanted: str) -> list[Any]:
    """What is on all pages. Where Slack wants to be asked later it is, from there on; whoever asked may wait no longer."""
    found: list[Any] = []
    arguments: dict[str, Any] = {"limit": PAGE, **wanted}
    async with asyncio.timeout(FRESH_SECONDS):
        while True:
            try:
                page = await slack.api_call(method, params=arguments)
            except SlackApiError as error:
                if getattr(error.response, "status_code", None) != HTTPStatus.TOO_MANY_REQUESTS:
                    raise
                await asyncio.sleep(float(error.response.headers.get("Retry-After", RETRY_AFTER)))
                continue
            found += page[what]
            arguments["cursor"] = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not arguments["cursor"]:
                return found

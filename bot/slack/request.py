"""One request from Slack, and what a listener may ask for by the name of its arguments."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from aiohttp import ClientError
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Kind, Viewer
from bot.clock import Clock
from bot.db.engine import Database
from bot.errors import Refusal
from bot.i18n import _
from bot.slack.blocks import Payload
from bot.slack.clients import code_of
from bot.slack.directory import Directory
from bot.slack.forms import Values, overriding, values
from bot.slack.home import Home
from bot.slack.tasks import Tasks
from bot.workspaces.installations import Installation

log = structlog.get_logger()

BARE = "bare"  # in a form's ids: it opened before its defaults were read
CHANGED_OR_GONE = frozenset({"hash_conflict", "not_found"})  # not_found: closed in the meantime
GROUP_DM = "mpdm-"  # how Slack's names of them begin
DEFAULTS_SECONDS = 0.3  # design: one indexed read before a form opens, then the bare form


@dataclass(frozen=True)
class Surroundings:
    """What is the same for every request of this process."""

    database: Database
    clock: Clock
    directory: Directory
    tasks: Tasks
    home: Home
    menu: tuple[tuple[str, Callable[[], str]], ...]
    """Every command with its one line of help, for `/partner`."""
    command_of: Mapping[str, str]
    """The first command of each ritual, by the ritual's name."""


class Request:
    """Its public attributes are the arguments that listeners can name."""

    def __init__(
        self,
        around: Surroundings,
        *,
        kind: str,
        body: dict[str, Any],
        ack: AsyncAck,
        slack: AsyncWebClient,
        of: Installation,
    ) -> None:
        self._around = around
        self._failed: Callable[[Request, Exception], Awaitable[None]] | None = None
        self.kind = kind
        self.body = body
        self.ack = ack
        self.slack = slack
        self.workspace = of
        self.text: str = body.get("text", "")
        """What stands after the command and its sub-command."""
        self.committed = False
        """Set by the first commit: from then on nothing may change the answer."""
        self.committing = False
        """Set when a commit begins: if it fails then, only the database knows whether it came about."""

    # Who, where, when

    @cached_property
    def actor(self) -> Actor:
        return Actor(self.workspace.id, self.body.get("user_id") or self.body["user"]["id"])

    @cached_property
    def now(self) -> datetime:
        return self._around.clock.now()

    @cached_property
    def channel_id(self) -> str | None:
        """Where it happened; none in Home and in modals."""
        return self.body.get("channel_id") or (self.body.get("channel") or {}).get("id")

    @property
    def home_channel(self) -> str | None:
        """The channel where it happened, as far as it may be a team's; none among two or a few people alone."""
        name = self.body.get("channel_name") or (self.body.get("channel") or {}).get("name") or ""
        is_group_dm = name.startswith(GROUP_DM)  # its id begins as a channel's does
        return self.channel_id if self.channel_id and self.channel_id[0] in "CG" and not is_group_dm else None

    @property
    def request(self) -> "Request":
        """All of it, for a listener that needs more than a few of its parts."""
        return self

    @property
    def menu(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        return self._around.menu

    @property
    def command_of(self) -> Mapping[str, str]:
        return self._around.command_of

    @property
    def tasks(self) -> Tasks:
        return self._around.tasks

    @property
    def directory(self) -> Directory:
        return self._around.directory

    async def see(self) -> Viewer:
        """The actor with all that they may see.

        Raises:
            Refusal: Slack did not say it in time.
        """
        viewer = await self._around.directory.viewer(
            self.slack,
            self.actor,
            home=self.workspace.slack_id,
            here=self.channel_id,
            remembered=self.ids.get("channel") if self.body.get("view") else None,
        )
        if viewer.kind is Kind.UNKNOWN:
            raise Refusal(
                _("Slack is slow to say what you can see, so nothing was done. Please try again in a minute.")
            )
        return viewer

    async def today(self) -> date:
        """The day it is for whoever asks."""
        person = await self._around.directory.person(self.slack, self.actor, home=self.workspace.slack_id)
        return self.now.astimezone(ZoneInfo(person.timezone)).date()

    # What it carries

    @cached_property
    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.body["view"]
        return view

    @cached_property
    def values(self) -> Values:
        """The fields of the open modal as far as they are filled in."""
        return values(self.view)

    @cached_property
    def ids(self) -> dict[str, Any]:
        """The ids that a modal carries in its `private_metadata`. They are from outside: `require` them."""
        held = parse_ids(self.view.get("private_metadata"))
        return {name: value for name, value in held.items() if name != BARE}

    @cached_property
    def action(self) -> dict[str, Any]:
        action: dict[str, Any] = self.body["actions"][0]
        return action

    @cached_property
    def value(self) -> str:
        """What the pressed button, chosen option or date carries."""
        chosen = self.action.get("selected_option") or self.action
        return str(chosen.get("value") or "")

    @property
    def message(self) -> dict[str, Any]:
        """The message of a message shortcut or of a pressed button."""
        message: dict[str, Any] = self.body.get("message") or {}
        return message

    # What it changes

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        async with self._around.database.begin() as session:
            yield session
            self.committing = True
        self.committed = True

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[AsyncSession]:
        """A transaction that decides nothing about the answer, such as a draft's."""
        async with self._around.database.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with self._around.database.read() as session:
            yield session

    # How it answers, beside `ack`

    async def open_form(self, bare: Callable[[], Payload], full: Callable[[], Awaitable[Payload]]) -> None:
        """Open a modal: the full one if its read is done in 300 ms, else the bare one, updated when it is.

        A click in a modal lays it over that one.
        """
        defaults = self.tasks.start(_awaited(full()), name="form_defaults")
        late = None
        try:
            view = await asyncio.wait_for(asyncio.shield(defaults), DEFAULTS_SECONDS)
        except TimeoutError:
            view, late = _marked_bare(bare()), defaults
            log.warning("form_opened_bare", ritual=view["callback_id"])
        self.go_on(self._open(view, late), name="views_open")

    def open_view(self, view: Payload) -> None:
        """Open a modal; over the open one, when the click came from there."""
        self.go_on(self._open(view, None), name="views_open")

    @property
    def in_modal(self) -> bool:
        """Whether the click came from a modal, and not from a message or Home."""
        return bool((self.body.get("view") or {}).get("type") == "modal")

    def update_view(self, view: Payload) -> None:
        """Change the open view; when another change was faster, that one stands."""
        self.go_on(self._update(view), name="views_update")

    def go_on(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Do something after the answer. If it fails, the person is told."""
        self.tasks.start(self._told(work), name=name)

    def go_on_alone(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """The same for what takes minutes: one of a workspace at a time, so that everybody's clicks stay quick."""

        async def in_turn() -> None:
            async with self.tasks.turn(f"workspace {self.actor.workspace_id}"):
                await work

        self.go_on(in_turn(), name=self._own(name))

    def is_doing(self, name: str) -> bool:
        """Whether something of that name goes on for this person."""
        return self.tasks.is_running(self._own(name))

    def _own(self, name: str) -> str:
        return f"{name}:{self.actor.workspace_id}:{self.actor.user_id}"

    def tell(self, words: Payload) -> None:
        """Say something that only this person sees: where they pressed, or in a DM when that was no channel."""
        self.tasks.start(self._tell(words), name="tell")

    async def replace_view(self, view: Payload) -> bool:
        """Change the view, whatever it shows by now; False when it was closed."""
        return await self._replace({**self.view, "hash": None}, view)

    def refresh_home(self) -> None:
        self._around.home.refresh(self.workspace, self.actor)

    def on_failure(self, listener: "Callable[[Request, Exception], Awaitable[None]]") -> None:
        """Where failures of what goes on after the answer are told."""
        self._failed = listener

    async def _open(self, view: Payload, late: "asyncio.Task[Payload] | None") -> None:
        place = self.slack.views_push if self.in_modal else self.slack.views_open
        opened = await place(trigger_id=self.body["trigger_id"], view=view)
        if late is not None:
            await self._replace(opened["view"], overriding(await late, view))

    async def _update(self, view: Payload) -> None:
        changed = await self._replace(self.view, view)
        if not changed and BARE in parse_ids(self.view.get("private_metadata")):
            # The click was in the bare form, and only late defaults came before it: the person's wish goes first.
            await self._replace({**self.view, "hash": None}, view)

    async def _replace(self, seen: dict[str, Any], view: Payload) -> bool:
        """Change a view as it was seen; whoever clicked in it meanwhile has a newer one, and that one stands."""
        try:
            await self.slack.views_update(view_id=seen["id"], hash=seen["hash"], view=view)
        except SlackApiError as error:
            if code_of(error) in CHANGED_OR_GONE:
                return False
            raise
        return True

    async def _told(self, work: Awaitable[object]) -> None:
        try:
            await work
        except Exception as error:  # told and logged by the one error listener
            if self._failed is None:
                raise
            await self._failed(self, error)

    async def _tell(self, words: Payload) -> None:
        try:
            if self.channel_id and not self.channel_id.startswith("D"):
                place: dict[str, Any] = {"channel": self.channel_id, "user": self.actor.user_id}
                if thread := self.message.get("thread_ts"):
                    place["thread_ts"] = thread
                await self.slack.chat_postEphemeral(**place, **words)
                return
        except SlackApiError as error:  # not in the channel, say: a DM reaches them all the same
            log.info("told_in_dm", reason=code_of(error))
        try:
            await self.slack.chat_postMessage(
                channel=self.actor.user_id, unfurl_links=False, unfurl_media=False, **words
            )
        except (SlackClientError, ClientError, TimeoutError, OSError) as error:
            log.warning("not_told", user=self.actor.user_id, error=str(error))


OWN = ("kind", "body", "ack", "slack", "workspace", "text")  # set by __init__, so not to be seen on the class
LISTENER_ARGUMENTS = frozenset(
    ["request", *OWN, *(name for name in vars(Request) if not name.startswith("_"))]
)


def arguments_of(listener: Callable[..., object]) -> tuple[str, ...]:
    """The names a listener asks for.

    Raises:
        TypeError: one of them is not to be had; better at start than as a None in production.
    """
    names = tuple(inspect.signature(listener).parameters)
    unknown = [name for name in names if name not in LISTENER_ARGUMENTS]
    if unknown:
        raise TypeError(
            f"{listener.__module__}.{listener.__qualname__} asks for {unknown}, which no request has"
        )
    return names


def parse_ids(private_metadata: str | None) -> dict[str, Any]:
    try:
        ids = json.loads(private_metadata or "{}")
    except ValueError:
        return {}
    return ids if isinstance(ids, dict) else {}


def ids(**of: object) -> str:
    """Ids for a view's `private_metadata`: never a document, and never believed when they come back."""
    return json.dumps(
        {name: value for name, value in of.items() if value not in (None, "")}, separators=(",", ":")
    )


def _marked_bare(view: Payload) -> Payload:
    held = parse_ids(view.get("private_metadata"))
    return {**view, "private_metadata": ids(**held, **{BARE: 1})}


async def _awaited(work: Awaitable[Payload]) -> Payload:
    return await work

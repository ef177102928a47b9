"""One table a kind of request: id → listener. One Bolt listener a kind looks the id up and calls it by argument names.

Bolt would try its listeners one by one (sixty cost four times one); a table costs the same with one ritual or forty.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.db.engine import is_conflict
from bot.errors import AlreadySaved, Refusal
from bot.i18n import _
from bot.slack import errors
from bot.slack.forms import is_input
from bot.slack.request import Request, Surroundings, arguments_of
from bot.workspaces.installations import Installations

log = structlog.get_logger()

Listener = Callable[..., Awaitable[object]]

SAVE_SECONDS = 2.2  # of Slack's three; what takes longer is rolled back and said to have failed
LOOK_SECONDS = 0.3  # more of the three, and what saving left: did a commit that broke off come about?
DRAFT_SECONDS = 0.3  # and more, to keep what a refused form held


@dataclass(frozen=True)
class Listening:
    """A listener and the arguments it asks for, read once at start."""

    listener: Listener
    arguments: tuple[str, ...]

    async def call(self, request: Request) -> None:
        await self.listener(**{name: getattr(request, name) for name in self.arguments})


class Table:
    """Listeners of one kind by id.

    Raises:
        ValueError: an id is there twice. Ids are `ritual.thing`, so two rituals can only clash by mistake.
    """

    def __init__(self, *parts: Mapping[str, Listener]) -> None:
        self._by_id: dict[str, Listening] = {}
        for part in parts:
            for name, listener in part.items():
                if name in self._by_id:
                    raise ValueError(f"two listeners for {name}")
                self._by_id[name] = Listening(listener, arguments_of(listener))

    def get(self, name: str) -> Listening | None:
        return self._by_id.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __contains__(self, name: str) -> bool:
        return name in self._by_id


@dataclass(frozen=True)
class Tables:
    """All that the app listens to."""

    commands: Table
    actions: Table
    views: Table
    shortcuts: Table
    options: Table


ReceiveEvent = Callable[[Mapping[str, Any]], Awaitable[None]]


class Dispatch:
    """Calls the listener a request is for, and answers when there is none or when it fails."""

    def __init__(
        self,
        tables: Tables,
        *,
        around: Surroundings,
        installations: Installations,
        receive_event: ReceiveEvent,
        keep_draft: Listener,
        is_saved: Callable[[Request], Awaitable[bool]],
    ) -> None:
        self._tables, self._around, self._installations = tables, around, installations
        self._receive_event = receive_event
        self._keep_draft = Listening(keep_draft, arguments_of(keep_draft))
        self._is_saved = is_saved
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def connect(self, bolt: AsyncApp) -> None:
        """Register with Bolt, one listener a kind."""
        any_id = re.compile("")
        bolt.command(any_id)(self._on_command)
        bolt.action(any_id)(self._on_action)
        bolt.view_submission(any_id)(self._on_submission)
        bolt.view_closed(any_id)(self._on_closed)
        bolt.shortcut(any_id)(self._on_shortcut)
        bolt.options(any_id)(self._on_options)
        bolt.event(any_id)(self._on_event)
        bolt.error(self._on_error)

    async def idle(self) -> None:
        """Wait until every request that has begun is answered."""
        await self._quiet.wait()

    async def _on_command(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        command, text = body["command"], (body.get("text") or "").strip()
        first, _space, rest = text.partition(" ")
        found = self._tables.commands.get(f"{command} {first.lower()}")
        text = rest.strip() if found else text
        found = found or self._tables.commands.get(command)
        await self._run(
            "command", found, ack=ack, body=body, client=client, context=context, text=text, name=command
        )

    async def _on_action(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        action_id = body["actions"][0]["action_id"] if body.get("actions") else ""
        found = self._tables.actions.get(action_id)
        if found is None and is_input(action_id) and body.get("view"):
            found = self._keep_draft
        await self._run("action", found, ack=ack, body=body, client=client, context=context, name=action_id)

    async def _on_submission(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        name = body["view"]["callback_id"]
        await self._run(
            "view_submission",
            self._tables.views.get(name),
            ack=ack,
            body=body,
            client=client,
            context=context,
            name=name,
        )

    async def _on_closed(self, ack: AsyncAck) -> None:
        await ack()  # it carries no values; what could be kept is kept already (records.drafts)

    async def _on_shortcut(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        name = body["callback_id"]
        await self._run(
            "shortcut",
            self._tables.shortcuts.get(name),
            ack=ack,
            body=body,
            client=client,
            context=context,
            name=name,
        )

    async def _on_options(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        name = body["action_id"]
        as_written = name.rpartition(".")[0]  # of an input that was filled anew, see `forms.refilled`
        await self._run(
            "options",
            self._tables.options.get(name) or self._tables.options.get(as_written),
            ack=ack,
            body=body,
            client=client,
            context=context,
            name=name,
        )

    async def _on_event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._receive_event(body)  # commits; if it cannot, Slack gets no 200 and sends the event again
        await ack()

    async def _on_error(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """What reached no listener. Only what may go well the next time is answered so that Slack sends it again."""
        kind = body.get("type")
        if isinstance(error, BoltUnhandledRequestError):
            log.warning("nobody_listens", kind=kind)
            return BoltResponse(status=200)
        if isinstance(error, SQLAlchemyError | OSError | TimeoutError):
            log.error("not_taken_in", kind=kind, exc_info=error)
            return BoltResponse(status=500)
        log.error("request_not_understood", kind=kind, exc_info=error)
        return BoltResponse(status=200)

    async def _run(
        self,
        kind: str,
        listening: Listening | None,
        *,
        ack: AsyncAck,
        body: dict[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
        name: str,
        text: str = "",
    ) -> None:
        # Whose installation it is Bolt knows best: a form in a shared channel comes in the name of the other workspace.
        workspace = await self._installations.find(
            enterprise_id=context.enterprise_id, team_id=context.team_id
        )
        if workspace is None:
            await ack()
            return
        request = Request(self._around, kind=kind, body=body, ack=ack, slack=client, of=workspace)
        request.text = text
        begun = asyncio.get_running_loop().time()
        request.on_failure(errors.tell)
        structlog.contextvars.bind_contextvars(
            workspace=workspace.id, user=request.actor.user_id, listener=name
        )
        self._under_way += 1
        self._quiet.clear()
        try:
            await self._call(request, listening, name)
        except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, the person gets an answer
            await self._answer(request, error, look_until=begun + SAVE_SECONDS + LOOK_SECONDS)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._quiet.set()
            structlog.contextvars.unbind_contextvars("workspace", "user", "listener")

    async def _call(self, request: Request, listening: Listening | None, name: str) -> None:
        if listening is None:
            log.warning("nobody_listens", kind=request.kind, name=name)
            raise Refusal(
                _("That button is from an older version of me. `/decision help` shows what works now.")
            )
        async with asyncio.timeout(SAVE_SECONDS):
            try:
                await listening.call(request)
            except DBAPIError as error:
                if request.committed or not is_conflict(error):
                    raise
                log.warning("tried_again", reason=type(error.orig).__name__)
                await listening.call(request)
        if request.ack.response is None:
            await request.ack()

    async def _answer(self, request: Request, error: Exception, *, look_until: float) -> None:
        if request.committed or await self._was_saved(request, look_until):
            await errors.answer_saved(request, error)
            return
        if request.kind == "view_submission" and not isinstance(error, AlreadySaved):
            await self._keep_what_was_typed(request)
        await errors.answer(request, error)

    async def _was_saved(self, request: Request, look_until: float) -> bool:
        """A commit that broke off may have come about; a saved form leaves a row that tells."""
        if not request.committing or request.kind != "view_submission":
            return False
        try:
            async with asyncio.timeout_at(look_until):
                return await self._is_saved(request)
        except Exception as error:  # noqa: BLE001 -- then we cannot know, and the words say so
            log.warning("outcome_unknown", error=type(error).__name__)
            return False

    async def _keep_what_was_typed(self, request: Request) -> None:
        """A refused submission carries every field; the draft of it outlives a closed modal."""
        try:
            async with asyncio.timeout(DRAFT_SECONDS):
                await self._keep_draft.call(request)
        except Exception as error:  # noqa: BLE001 -- the answer matters more, and the modal still holds the text
            log.warning("draft_not_kept", error=type(error).__name__)

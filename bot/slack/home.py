"""App Home: what waits for one person, put together from what the rituals offer, published at most every two seconds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import InteractiveElement
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Actor, Kind, Viewer
from bot.clock import Clock
from bot.db.engine import Database
from bot.i18n import _, ngettext
from bot.people import service as people
from bot.slack import blocks as b
from bot.slack import limits
from bot.slack.clients import Clients
from bot.slack.directory import Directory
from bot.slack.tasks import Tasks
from bot.workspaces.installations import Installation

PAUSE_SECONDS = 2.0  # reliability: one publish a person in two seconds
WAITING_SHOWN = 7  # ux: at most seven, oldest first


@dataclass(frozen=True)
class HomeItem:
    """One thing that waits for a person, with its one button."""

    text: str
    button: InteractiveElement
    since: datetime


@dataclass(frozen=True)
class HomeSection:
    title: str
    blocks: Sequence[Block]


Waiting = Callable[..., Awaitable[Sequence[HomeItem]]]
Section = Callable[..., Awaitable[HomeSection | None]]


class Home:
    """Publishes the Homes of those who ever opened theirs. Asking again while one is on its way makes one more publish."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        clients: Clients,
        directory: Directory,
        tasks: Tasks,
        waiting: Sequence[Waiting],
        sections: Sequence[Section],
    ) -> None:
        self._database, self._clock, self._clients = database, clock, clients
        self._directory, self._tasks = directory, tasks
        self._waiting, self._sections = waiting, sections
        self._asked: set[Actor] = set()
        self._publishing: set[Actor] = set()
        self._opened: set[Actor] = set()  # as far as this process knows; the database knows of all

    def show(self, workspace: Installation, actor: Actor) -> None:
        """They open it."""
        if actor not in self._opened:
            self._opened.add(actor)
            self._tasks.start(self._remember(actor), name="home_opened")
        self.refresh(workspace, actor)

    def refresh(self, workspace: Installation, actor: Actor) -> None:
        """What stands there may have changed."""
        self._asked.add(actor)
        if actor not in self._publishing:
            self._publishing.add(actor)
            self._tasks.start(self._publish(workspace, actor), name="home")

    async def _remember(self, actor: Actor) -> None:
        async with self._database.begin() as session:
            await people.home_was_opened(session, actor=actor)

    async def _may_look(self, actor: Actor) -> bool:
        """Whoever opened it once may have it open now; for everybody else publishing it took a third of all statements."""
        if actor not in self._opened:
            async with self._database.read() as session:
                if not await people.has_home(session, actor=actor):
                    return False
            self._opened.add(actor)
        return True

    async def _publish(self, workspace: Installation, actor: Actor) -> None:
        slack = self._clients.bot(workspace.bot_token)
        try:
            while actor in self._asked:
                self._asked.discard(actor)
                if not await self._may_look(actor):
                    continue
                viewer = await self._directory.viewer(slack, actor, home=workspace.slack_id)
                view = await self._view(viewer)
                await slack.views_publish(user_id=actor.user_id, view=view)
                if actor in self._asked:
                    await self._tasks.pause(PAUSE_SECONDS)
        finally:
            self._publishing.discard(actor)

    async def _view(self, viewer: Viewer) -> b.Payload:
        if viewer.kind is Kind.UNKNOWN:
            return b.home(
                [b.section(_("Slack is slow to say what you can see. Open this tab again in a minute."))]
            )
        now = self._clock.now()
        async with self._database.read() as session:
            return b.home(await self._compose(session, viewer, now))

    async def _compose(self, session: AsyncSession, viewer: Viewer, now: datetime) -> list[Block]:
        items = [item for offer in self._waiting for item in await offer(session, viewer=viewer, now=now)]
        composed = waiting_blocks(sorted(items, key=lambda item: item.since))
        for offer in self._sections:
            section = await offer(session, viewer=viewer, now=now)
            if section is not None and len(composed) + len(section.blocks) + 2 <= limits.VIEW_BLOCKS:
                composed += [b.divider(), b.header(section.title), *section.blocks]
        return composed


def waiting_blocks(items: Sequence[HomeItem]) -> list[Block]:
    if not items:
        return [
            b.header(_("Nothing waits for you")),
            b.context(_("What others ask of you will show up here.")),
        ]
    shown = [b.section(item.text, accessory=item.button) for item in items[:WAITING_SHOWN]]
    left = len(items) - len(shown)
    more = [b.context(ngettext("and {n} more after this", "and {n} more after these", left))] if left else []
    return [
        b.header(ngettext("{n} thing waits for you", "{n} things wait for you", len(items))),
        *shown,
        *more,
    ]

"""A local Slack, the workspaces in it as the database knows them, and senders in a hurry."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import ClientSession
from sqlalchemy import func, select

from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.outbox.models import Delivery, DeliveryState
from bot.outbox.sender import Sender
from bot.playground.server import LocalSlack
from bot.slack.clients import Clients
from bot.workspaces.models import Workspace

Json = dict[str, Any]

HURRY: Json = {
    "pace_seconds": 0,
    "tick_seconds": 0.05,
    "retries": [timedelta(milliseconds=20)],
}
UNSETTLED = (DeliveryState.DUE, DeliveryState.SENDING)

T = TypeVar("T")


async def eventually(condition: Callable[[], Awaitable[T]], *, seconds: float = 60) -> T:
    """Wait until it is true; what it said then."""
    async with asyncio.timeout(seconds):
        while not (answer := await condition()):  # noqa: ASYNC110 -- what is awaited may be in another process
            await asyncio.sleep(0.01)
        return answer


def seed(*, workspaces: int = 1, channels: int = 1, **more: object) -> Json:
    """Workspaces T1, T2, … with channels C1, C2, …, an owner and the bot in all of them."""
    return {
        "workspaces": [
            {
                "name": f"Acme {number}",
                "team_id": f"T{number}",
                "bot_token": f"xoxb-{number}",
                "users": [
                    {"name": "owner", "role": "owner", "id": f"U{number}OWNER"},
                    {"name": "pm", "id": f"U{number}PM"},
                ],
                "channels": [
                    {"id": f"C{number}X{channel}", "name": f"channel-{channel}", "members": "all"}
                    for channel in range(1, channels + 1)
                ],
                **more,
            }
            for number in range(1, workspaces + 1)
        ]
    }


class Rig:
    """What a test asks of the local Slack, over its HTTP control API, and of the database."""

    def __init__(
        self, db: Database, described: Json, http: ClientSession, clients: Clients, clock: MovableClock
    ) -> None:
        self.db = db
        self.described = described
        self.http = http
        self.clients = clients
        self.clock = clock
        self.workspaces: list[int] = []

    @property
    def workspace_id(self) -> int:
        return self.workspaces[0]

    def channel(self, number: int = 1, *, workspace: int = 1) -> str:
        return f"C{workspace}X{number}"

    async def install(self) -> None:
        async with self.db.begin() as session:
            now = self.clock.now()
            for described in self.described["workspaces"]:
                workspace = Workspace(
                    slack_id=described["team_id"],
                    bot_token=described["bot_token"],
                    bot_user_id=described["bot_user_id"],
                    created_at=now,
                    state_changed_at=now,
                )
                session.add(workspace)
                await session.flush()  # for its id
                self.workspaces.append(workspace.id)

    def sender(self, clients: Clients | None = None, **options: Any) -> Sender:
        return Sender(self.db, clients or self.clients, clock=self.clock, **{**HURRY, **options})

    async def post(self, text: str = "hello", *, source: str = "decisions:1:card", **more: Any) -> str:
        """One message, in a transaction of its own."""
        async with self.db.begin() as session:
            return await outbox.post(session, **self.message(text, source=source, **more))

    async def post_all(self, messages: Iterable[Mapping[str, Any]]) -> list[str]:
        async with self.db.begin() as session:
            return [await outbox.post(session, **self.message(**message)) for message in messages]

    def message(self, text: str = "hello", *, source: str, **more: Any) -> Json:
        return {
            "workspace_id": self.workspace_id,
            "recipient": self.channel(),
            "payload": {"text": text},
            "now": self.clock.now(),
            "source": source,
            **more,
        }

    async def update(self, of: str, text: str) -> None:
        async with self.db.begin() as session:
            await outbox.update(
                session, workspace_id=self.workspace_id, of=of, payload={"text": text}, now=self.clock.now()
            )

    async def states(self) -> Counter[str]:
        async with self.db.read() as session:
            rows = await session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
            return Counter({str(state): int(count) for state, count in rows})

    async def state_of(self, delivery_id: str) -> str:
        async with self.db.read() as session:
            return (await session.scalars(select(Delivery.state).where(Delivery.id == delivery_id))).one()

    async def sending(self, delivery_id: str) -> None:
        """Wait until it is on its way."""

        async def on_its_way() -> bool:
            return await self.state_of(delivery_id) == DeliveryState.SENDING

        await eventually(on_its_way)

    async def attempts(self) -> int:
        """How often anything was taken."""
        async with self.db.read() as session:
            return await session.scalar(select(func.sum(Delivery.attempt))) or 0

    async def until(self, reached: Callable[[Counter[str]], bool], *, seconds: float = 60) -> Counter[str]:
        """Wait until the states are as asked."""

        async def are_reached() -> Counter[str]:
            states = await self.states()
            return states if reached(states) else Counter()

        return await eventually(are_reached, seconds=seconds)

    async def resume(self, channel_id: str | None = None) -> None:
        async with self.db.begin() as session:
            await outbox.resume(
                session, workspace_id=self.workspace_id, channel_id=channel_id, now=self.clock.now()
            )

    def clock_moved(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    async def say(self, text: str) -> None:
        """Somebody else writes in the first channel."""
        asked = {"channel": self.channel(), "text": text}
        async with self.http.post(
            f"{self.described['url']}/_control/as/U1PM/message", json=asked
        ) as response:
            assert response.status == 200, await response.text()

    async def settled(self, *, seconds: float = 60) -> Counter[str]:
        """Wait until nothing is due or under way; the states then."""
        return await self.until(
            lambda states: bool(states) and not any(states[state] for state in UNSETTLED), seconds=seconds
        )

    async def send_all(self, *, seconds: float = 60, **options: Any) -> Counter[str]:
        """Run a sender until nothing is due or under way."""
        sender = self.sender(**options)
        sender.start()
        try:
            return await self.settled(seconds=seconds)
        finally:
            await sender.stop()

    async def fault(
        self, kind: str, value: object = None, *, method: str = "chat.postMessage", **more: object
    ) -> None:
        asked = {"method": method, "kind": kind, "value": value, **more}
        async with self.http.post(f"{self.described['url']}/_control/faults", json=asked) as response:
            assert response.status == 200, await response.text()

    async def clear_faults(self) -> None:
        async with self.http.delete(f"{self.described['url']}/_control/faults") as response:
            assert response.status == 200

    async def ledger(self, *methods: str, team_id: str | None = None) -> list[Json]:
        """The calls of these methods (of all, when none is named) in order."""
        async with self.http.get(f"{self.described['url']}/_control/ledger") as response:
            return [
                entry
                for entry in await response.json()
                if entry["kind"] == "call"
                and (not methods or entry["method"] in methods)
                and team_id in (None, entry["team_id"])
            ]

    async def posted(self, **which: Any) -> list[Json]:
        """Every message that Slack took, in order."""
        return [entry for entry in await self.ledger("chat.postMessage", **which) if entry["committed"]]

    async def quiet(self, *, seconds: float = 5) -> None:
        """Wait for what Slack takes late."""
        known = -1
        while (found := len(await self.posted())) > known:
            known = found
            await asyncio.sleep(seconds)

    async def texts(self, **which: Any) -> list[str]:
        return [entry["arguments"]["text"] for entry in await self.posted(**which)]


@asynccontextmanager
async def running(
    db: Database, clock: MovableClock, document: Json | None = None, *, timeout_seconds: float = 5
) -> AsyncIterator[Rig]:
    """A local Slack in this process."""
    async with (
        LocalSlack(document or seed()) as slack,
        ClientSession() as http,
        Clients(api_url=slack.api_url, timeout_seconds=timeout_seconds) as clients,
    ):
        rig = Rig(db, slack.described(), http, clients, clock)
        await rig.install()
        yield rig

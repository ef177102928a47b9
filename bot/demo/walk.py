"""`common-ground demo --walk`: what a team does first, with real requests, each shown with what came of it."""

import asyncio
from typing import Any

from aiohttp import ClientSession
from rich.console import Console
from rich.markup import escape

from bot.demo.errors import DemoError
from bot.playground.server import LocalSlack

Json = dict[str, Any]

PATIENCE_SECONDS = 10.0
SHOWN_CHARACTERS = 110


class Walk:
    """Does things as people do, and prints each request with the ledger entries that came of it."""

    def __init__(self, http: ClientSession, slack: LocalSlack, console: Console) -> None:
        self._http, self._slack, self._console = http, slack, console
        self._described = slack.described()
        self._seen = 0
        self._step = 0

    async def go(self) -> None:
        await self._set_up()
        view = await self._log_a_decision()
        await self._submit_wrong_then_right(view)
        card = await self._message("Use webhooks instead of polling")
        await self._acknowledge(card)
        await self._search()
        await self._home()

    async def _set_up(self) -> None:
        self._say("Priya, the PM, sets the team up", "/partner team")
        opened = await self._act("pm", "command", channel=self._channel(), command="/partner", text="team")
        values = {"pm": self._user("pm"), "lead": self._user("techlead")}
        await self._act("pm", "submit", view_id=opened["views_opened"][0]["id"], values=values)
        await self._show()

    async def _log_a_decision(self) -> Json:
        self._say("She logs a decision", "/decision Use webhooks instead of polling for the partner API")
        text = "Use webhooks instead of polling for the partner API"
        opened = await self._act("pm", "command", channel=self._channel(), command="/decision", text=text)
        await self._show()
        view: Json = opened["views_opened"][0]
        return view

    async def _submit_wrong_then_right(self, view: Json) -> None:
        self._say("She gives a reason against something she has not named", "Log decision")
        values: Json = {"alternatives.0.why_not": "Simpler, but hits their rate limits"}
        refused = await self._act("pm", "submit", view_id=view["id"], values=values)
        self._expect(refused["body"].get("errors"), "a field error")
        self._console.print(f"   the form says: [yellow]{escape(str(refused['body']['errors']))}[/]")
        await self._show()
        self._say("She names it, and says why", "Log decision")
        values |= {
            "alternatives.0.name": "Polling",
            "context": "The partner has rate limits that make polling expensive at scale.",
        }
        saved = await self._act("pm", "submit", view_id=view["id"], values=values)
        self._expect(not saved["body"], "an empty answer, which closes the form")
        await self._message("Use webhooks instead of polling")
        await self._show()

    async def _acknowledge(self, card: Json) -> None:
        self._say("Tomás, the tech lead, presses a button on the card", "I know")
        pressed = {"channel": self._channel(), "ts": card["ts"], "action_id": "decisions.acknowledge"}
        await self._act("techlead", "press", **pressed)
        changed = await self._message("1 knows")
        await self._show()
        self._console.print("   the card now:")
        for line in _words(changed["blocks"]):
            self._console.print(f"   [dim]│[/] {escape(line)}", highlight=False)

    async def _search(self) -> None:
        self._say("Three months later Erin, an engineer, wonders", "/decision why polling")
        found = await self._act(
            "engineer", "command", channel=self._channel(), command="/decision", text="why polling"
        )
        self._expect("D-1" in str(found["body"]), "the decision")
        for line in _words(found["body"]["blocks"]):
            self._console.print(f"   [dim]│[/] {escape(line)}", highlight=False)
        await self._show()

    async def _home(self) -> None:
        self._say("She looks at the app's Home tab", "Home")
        await self._act("engineer", "home")
        home = await self._until(self._engineers_home)
        for line in _words(home["blocks"]):
            self._console.print(f"   [dim]│[/] {escape(line)}", highlight=False)
        await self._show()

    # The local Slack's control API

    async def _act(self, user: str, act: str, **body: Any) -> Json:
        url = f"{self._slack.url}/_control/as/{self._user(user)}/{act}"
        async with self._http.post(url, json=body) as answer:
            result: Json = await answer.json()
        self._expect(result.get("status") == 200, "an answer with status 200", result)
        self._console.print(f"   [green]answered {result['status']} in {result['ms']:.0f} ms[/]")
        return result

    async def _message(self, holding: str) -> Json:
        async def look() -> Json | None:
            state = await self._state()
            messages = state["messages"][self._channel()]
            return next((m for m in messages if holding in str(m.get("blocks")) + m["text"]), None)

        return await self._until(look)

    async def _engineers_home(self) -> Json | None:
        homes = (await self._state())["homes"]
        home: Json | None = homes.get(self._user("engineer"))
        return home if home and "D-1" in str(home["blocks"]) else None

    async def _state(self) -> Json:
        async with self._http.get(f"{self._slack.url}/_control/state") as answer:
            state: Json = await answer.json()
            return state

    async def _until(self, look: Any) -> Json:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := await look()):  # noqa: ASYNC110 -- what the local Slack shows has no event to wait on
                await asyncio.sleep(0.02)
        result: Json = found
        return result

    async def _show(self) -> None:
        """What the ledger holds since the last look."""
        async with self._http.get(f"{self._slack.url}/_control/ledger?since={self._seen}") as answer:
            entries: list[Json] = await answer.json()
        for entry in entries:
            self._seen = max(self._seen, entry["seq"])
            self._console.print(
                f"   [cyan]ledger {entry['seq']:>3}[/] {escape(_entry(entry))}", highlight=False
            )

    def _say(self, what: str, how: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}. {what}[/]  [magenta]{escape(how)}[/]", highlight=False)

    def _expect(self, fine: object, what: str, got: object = "") -> None:
        if not fine:
            raise DemoError(f"Step {self._step} of the walk should have brought {what}. {got}")

    def _user(self, name: str) -> str:
        return str(self._described["users"][name])

    def _channel(self) -> str:
        return str(self._described["channels"]["payments"])


def _entry(entry: Json) -> str:
    if entry["kind"] == "request":
        return _short(f"Slack → bot  {entry.get('type') or entry.get('what') or 'request'}")
    answer = entry.get("answer") or {}
    outcome = "ok" if answer.get("ok") else f"refused: {answer.get('error')}"
    arguments = entry.get("arguments") or {}
    about = (
        arguments.get("text")
        or arguments.get("channel")
        or arguments.get("user_id")
        or arguments.get("user")
        or ""
    )
    return _short(f"bot → Slack  {entry['method']} {outcome}  {about}")


def _short(line: str) -> str:
    flat = " ".join(line.split(" ")).replace("\n", " ⏎ ")
    return flat if len(flat) <= SHOWN_CHARACTERS else flat[: SHOWN_CHARACTERS - 1] + "…"


def _words(blocks: Any) -> list[str]:
    """The texts of blocks, a line each."""
    if isinstance(blocks, list):
        return [line for block in blocks for line in _words(block)]
    if not isinstance(blocks, dict):
        return []
    own = str(blocks["text"]).splitlines() if isinstance(blocks.get("text"), str) else []
    return own + [
        line for value in blocks.values() if isinstance(value, dict | list) for line in _words(value)
    ]

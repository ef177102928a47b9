"""Plays a story: does in the local Slack what its people do, at the time they do it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from aiohttp import ClientSession

from bot.app import App
from bot.demo.acts import (
    PAYMENTS,
    ZONE,
    Act,
    Around,
    Command,
    Decide,
    InDays,
    Know,
    Object,
    Press,
    React,
    Say,
    Scene,
    SetUpTeam,
    Thank,
    WeekdayOf,
    Win,
    Withdraw,
    workday,
)
from bot.demo.errors import DemoError
from bot.playground.server import LocalSlack
from bot.schedule import service as schedule
from bot.schedule.words import weekday

Json = dict[str, Any]

BETWEEN_ACTS = timedelta(minutes=2)  # also longer than a channel rests between two messages
CHANNEL_RESTS = timedelta(seconds=1)  # between two messages
SENDING_SECONDS = 0.05  # for what is under way
MESSAGES_AT_ONCE = 8  # a channel takes them one by one


class _Place(NamedTuple):
    channel_id: str
    ts: str


class Player:
    def __init__(self, http: ClientSession, slack: LocalSlack, app: App, *, end: datetime) -> None:
        self._http, self._slack, self._app, self._end = http, slack, app, end
        described = slack.described()
        self._team_id = described["team_id"]
        self._users: dict[str, str] = described["users"]
        self._places: dict[str, _Place] = {}

    async def play(self, story: Sequence[Scene | Around]) -> None:
        """Each scene at its time. Afterwards the local Slack's clock goes as every clock does.

        Raises:
            DemoError: something did not come about.
        """
        clock = self._slack.state.clock
        scenes = sorted(story, key=lambda scene: scene.at(self._end))
        meets_from = min(scene.at(self._end) for scene in scenes if isinstance(scene, Around))
        for scene in scenes:
            if scene.at(self._end) > meets_from:
                await self._pass_to(scene.at(self._end))
            else:  # nothing that is due has anything to say, and a look a day takes its time
                await self._quiet()
                clock.set(scene.at(self._end))
            for act in scene.acts:
                await self._act(act)
                clock.advance(BETWEEN_ACTS)
        await self._pass_to(self._end)
        clock.advance(-clock.ahead)

    async def _pass_to(self, moment: datetime) -> None:
        """It becomes that time, and what the bot does by itself until then it does at its own time."""
        await self._quiet()
        clock = self._slack.state.clock
        while (due := await self._next_step()) is not None and due < moment:
            clock.set(due)
            await self._app.schedule.run_due()
            await self._send()
        clock.set(moment)

    async def _next_step(self) -> datetime | None:
        async with self._app.database.read() as session:
            return await schedule.next_due(session, after=self._slack.state.clock.now())

    async def _act(self, act: Act) -> None:
        match act:
            case Decide():
                await self._decide(act)
            case Win():
                await self._command(act.by, "/partner", f"win {act.title}", act.answers)
                await self._find_card(act.key, act.title)
            case Know():
                await self._press_all(act.by, act.key, "decisions.acknowledge")
            case Thank():
                await self._press_all(act.by, act.key, "wins.thank")
            case Object():
                view = await self._opened(
                    act.by, "press", **self._at(act.key), action_id=f"decisions.{act.how}"
                )
                await self._submit(act.by, view, {"reason": act.reason})
                await self._quiet()  # it stands in the thread before anybody answers
            case Withdraw():
                page = await self._opened(
                    act.by, "press", **self._at(act.key), **self._entry(act.key, "open")
                )
                view = await self._opened(act.by, "press", view_id=page, action_id="decisions.withdraw")
                await self._submit(act.by, view, {"reason": act.why})
            case Say():
                await self._say(act)
            case SetUpTeam() | Command() | Press():
                await self._meet(act)
            case React():
                reacted = {**self._at(act.key), "name": act.name}
                await asyncio.gather(*(self._do(who, "react", **reacted) for who in act.by))

    async def _decide(self, act: Decide) -> None:
        if act.instead_of is not None:
            how, old = act.instead_of
            view = await self._opened(act.by, "press", **self._at(old), **self._entry(old, how))
        elif act.about is not None:
            view = await self._opened(
                act.by, "shortcut", **self._at(act.about), callback_id="decisions.log_message"
            )
        else:
            view = await self._opened(
                act.by, "command", channel=PAYMENTS, command="/decision", text=act.title
            )
        for name in act.answers:
            if name.endswith(".name") and name != "alternatives.0.name":
                await self._do(act.by, "press", view_id=view, action_id="decisions.add_alternative")
        await self._do(act.by, "press", view_id=view, action_id="decisions.more_fields")
        await self._submit(act.by, view, {"title": act.title, **act.answers})
        await self._find_card(act.key, act.title)

    async def _meet(self, act: SetUpTeam | Command | Press) -> None:
        match act:
            case SetUpTeam():
                await self._command(act.by, "/partner", "team", act.answers)
            case Command():
                await self._command(act.by, act.command, act.text, act.answers)
            case Press():
                await self._press(act)

    async def _command(self, who: str, command: str, text: str, answers: Mapping[str, Any]) -> None:
        """A command, and the form that it opens."""
        view = await self._opened(who, "command", channel=PAYMENTS, command=command, text=text)
        await self._submit(who, view, answers)

    async def _press(self, act: Press) -> None:
        pressed = {**await self._button(act), "action_id": act.action_id}
        if act.answers is None:
            await self._do(act.by, "press", **pressed, wait=False)
        else:
            await self._submit(act.by, await self._opened(act.by, "press", **pressed), act.answers)

    async def _button(self, act: Press) -> Json:
        """Where it is, as soon as the message has come."""
        await self._app.dispatch.idle()
        for _message in range(MESSAGES_AT_ONCE):
            for channel_id, message in self._newest_first(act.by):
                found = _element(message, act) if act.words in str(message) else None
                if found is not None:
                    value = act.choose or found.get("value")
                    return {"channel": channel_id, "ts": message["ts"], "value": value}
            self._slack.state.clock.advance(CHANNEL_RESTS)
            await self._quiet()
        raise DemoError(f"The story broke off: {act.by} finds no {act.action_id} in “{act.words}”")

    def _newest_first(self, who: str) -> list[tuple[str, Json]]:
        channels = self._slack.state.world.channels.values()
        seen = [channel for channel in channels if self._users[who] in channel.members]
        found = [(channel.id, message) for channel in seen for message in channel.messages.values()]
        return sorted(found, key=lambda one: float(one[1]["ts"]), reverse=True)

    async def _press_all(self, people: Sequence[str], key: str, action_id: str) -> None:
        pressed = {**self._at(key), "action_id": action_id, "wait": False}
        await asyncio.gather(*(self._do(who, "press", **pressed) for who in people))

    async def _say(self, act: Say) -> None:
        thread = {"thread_ts": self._places[act.under].ts} if act.under else {}
        files = {"files": [{"name": act.file[0], "text": act.file[1]}]} if act.file else {}
        said = await self._do(act.by, "message", channel=act.channel, text=act.text, **thread, **files)
        self._places[act.key] = _Place(said["channel"], said["ts"])

    # The local Slack's control API

    async def _opened(self, who: str, act: str, **given: Any) -> str:
        """The id of the form that this opens."""
        result = await self._do(who, act, **given)
        if len(result["views_opened"]) != 1:
            raise DemoError(f"The story broke off: nothing opened for {who}, who did {act} {given}: {result}")
        return str(result["views_opened"][0]["id"])

    async def _submit(self, who: str, view_id: str, answers: Mapping[str, Any]) -> None:
        values = {name: self._meant(value) for name, value in answers.items()}
        result = await self._do(who, "submit", view_id=view_id, values=values)
        if result["body"] and result["body"].get("response_action") != "clear":
            raise DemoError(f"The story broke off: {who} was refused {answers}: {result['body']}")

    def _meant(self, value: object) -> object:
        if isinstance(value, InDays):
            return (self._end.astimezone(ZONE).date() + timedelta(days=value.days)).isoformat()
        if isinstance(value, WeekdayOf):
            return weekday(workday(self._end, value.workdays).weekday())
        return value

    async def _do(self, who: str, act: str, **given: Any) -> Json:
        url = f"{self._slack.url}/_control/as/{self._users[who]}/{act}"
        async with self._http.post(url, json=given) as answer:
            result: Json = await answer.json()
        if result.get("status") not in (200, "not_dispatched"):
            raise DemoError(f"The story broke off: {who} could not do {act} {given}: {result}")
        return result

    # What came of it

    async def _quiet(self) -> None:
        """Until the bot has answered and posted all that it has to. Homes may come later."""
        await self._app.dispatch.idle()
        await self._app.inbox.handle_new()
        await self._send()

    async def _send(self) -> None:
        """What waits in a line for its channel's rest goes on as the clock does, and nobody waits for that."""
        sending = asyncio.create_task(self._app.sender.send_due())
        while not sending.done():
            await asyncio.wait({sending}, timeout=SENDING_SECONDS)
            if not sending.done():
                self._slack.state.clock.advance(CHANNEL_RESTS)
                self._app.sender.wake()
        sending.result()

    async def _find_card(self, key: str, title: str) -> None:
        await self._quiet()
        channel = self._slack.state.world.channel(PAYMENTS, self._team_id)
        for ts in reversed(channel.messages):
            if channel.messages[ts]["text"].partition("\n")[0].endswith(f" {title}"):
                self._places[key] = _Place(channel.id, ts)
                return
        raise DemoError(f"The story broke off: no card came of “{title}”")

    def _at(self, key: str) -> Json:
        place = self._places[key]
        return {"channel": place.channel_id, "ts": place.ts}

    def _entry(self, key: str, what: str) -> Json:
        """An entry of the menu on a card, as an argument of `press`."""
        place = self._places[key]
        message = self._slack.state.world.channels[place.channel_id].messages[place.ts]
        for block in message["blocks"]:
            for element in block.get("elements", []):
                for option in element.get("options", []):
                    if option["value"].startswith(f"{what}:"):
                        return {"action_id": element["action_id"], "value": option["value"]}
        raise DemoError(f"The story broke off: the card of {key} has no entry {what}")


def _element(message: Json, act: Press) -> Json | None:
    """The button or menu that is pressed, beside these words."""
    for block in message.get("blocks", []):
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == act.action_id and act.beside in str(block):
                found: Json = element
                return found
    return None

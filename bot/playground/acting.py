"""What a person can do with the app in Slack's client: commands, shortcuts, buttons, forms."""

import asyncio

from bot.playground import answers, fields, filling, interactions, seeing, views
from bot.playground.answers import Result
from bot.playground.app_link import AppAnswer, AppLink, RequestKind
from bot.playground.errors import ClientRefusalError
from bot.playground.ids import ts
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Actor, Trigger, View, Watch, Workspace

# How long a person is taken to look at the screen after an empty answer.
LOOK_SECONDS = 1.0


class Acting:
    """`wait` False: answers at once, without looking whether a view opens."""

    def __init__(self, state: State, link: AppLink) -> None:
        self._state = state
        self._link = link

    async def command(self, actor: Actor, where: str, name: str, text: str, *, wait: bool = True) -> Result:
        known = self._state.world.manifest.commands
        if known is not None and name not in known:
            raise ClientRefusalError(f"{name} is not a valid command.")
        if actor.person.role == "stranger":
            raise ClientRefusalError("people of another workspace have no commands here")
        channel = seeing.conversation(self._state.world, actor, where)
        if known is not None and known[name].get("should_escape"):
            text = _escaped(text, actor.workspace)
        trigger = interactions.new_trigger(self._state, actor, Watch(actor.person.id), channel)
        payload = interactions.command(self._state, actor, trigger, channel, name=name, text=text)
        result = await self._ask("slash_commands", payload, trigger, wait=wait)
        if result.status == 200 and result.body:
            result.more = answers.show_command_answer(self._state.world, actor, channel, result.body)
        return result

    async def shortcut(self, actor: Actor, callback_id: str, *, wait: bool = True) -> Result:
        self._check_shortcut(callback_id, "global")
        trigger = interactions.new_trigger(self._state, actor, Watch(actor.person.id))
        payload = interactions.shortcut(self._state, actor, trigger, callback_id)
        return await self._ask("interactive", payload, trigger, wait=wait)

    async def message_shortcut(
        self, actor: Actor, callback_id: str, where: str, at: str, *, wait: bool = True
    ) -> Result:
        self._check_shortcut(callback_id, "message")
        channel = seeing.conversation(self._state.world, actor, where)
        message = seeing.message(actor, channel, at)
        trigger = interactions.new_trigger(self._state, actor, Watch(actor.person.id), channel)
        payload = interactions.message_shortcut(
            self._state, actor, trigger, channel, callback_id=callback_id, message=message
        )
        return await self._ask("interactive", payload, trigger, wait=wait)

    def _check_shortcut(self, callback_id: str, kind: str) -> None:
        known = self._state.world.manifest.shortcuts
        if known is not None and known.get(callback_id, {}).get("type") != kind:
            raise ClientRefusalError(f"the app has no {kind} shortcut {callback_id}")

    async def press_in_message(
        self, actor: Actor, where: str, at: str, action_id: str, value: object, *, wait: bool = True
    ) -> Result:
        world = self._state.world
        channel = seeing.conversation(world, actor, where)
        message = seeing.message(actor, channel, at)
        blocks = message.get("blocks", [])
        block, element = _pressed(blocks, action_id, value)
        values = fields.first_values(blocks)
        if element["type"] in fields.VALUE_KEYS:
            values[block["block_id"]][element["action_id"]] = filling.filled(
                world, actor.workspace.id, block, element, value
            )
        watch = Watch(actor.person.id, message=(channel.id, at))
        trigger = interactions.new_trigger(self._state, actor, watch, channel)
        action = self._action(actor.workspace, block, element, value)
        payload = interactions.message_action(
            self._state, actor, trigger, channel, message=message, action=action, values=values
        )
        return await self._ask("interactive", payload, trigger, wait=wait)

    async def press_in_view(
        self, actor: Actor, view: View, action_id: str, value: object, *, wait: bool = True
    ) -> Result:
        """An input block tells the app only if it has `dispatch_action`; else the choice just stands in the form."""
        self._check_on_screen(actor, view)
        block, element = _pressed(view.body["blocks"], action_id, value)
        if element["type"] in fields.VALUE_KEYS:
            await self._fill(actor, view, {f"{block['block_id']}.{element['action_id']}": value})
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Result("not_dispatched")
        watch = Watch(actor.person.id, view_id=view.body["id"])
        trigger = interactions.new_trigger(self._state, actor, watch)
        action = self._action(actor.workspace, block, element, value)
        payload = interactions.view_action(self._state, actor, trigger, view, action)
        return await self._ask("interactive", payload, trigger, wait=wait)

    def _action(self, workspace: Workspace, block: Json, element: Json, value: object) -> Json:
        """One entry of `actions`: the element, what was chosen in it, and when."""
        kind = element["type"]
        action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block["block_id"]}
        if kind == "overflow":
            action["selected_option"] = filling.option(element, value)
        elif kind in fields.VALUE_KEYS:
            action |= filling.filled(self._state.world, workspace.id, block, element, value)
        elif kind == "feedback_buttons":
            action["value"] = value
        else:
            action |= {key: element[key] for key in ("text", "value", "url", "style") if key in element}
        return action | {"action_ts": ts(self._state.clock.microseconds())}

    async def type_into(self, actor: Actor, view: View, values: Json) -> Result:
        """Typing alone: Slack sends nothing to the app."""
        self._check_on_screen(actor, view)
        await self._fill(actor, view, values)
        return Result("not_dispatched")

    async def submit(self, actor: Actor, view: View, values: Json) -> Result:
        self._check_on_screen(actor, view)
        if view.body["submit"] is None:
            raise ClientRefusalError("this view has no submit button")
        await self._fill(actor, view, values)
        filling.check_submittable(view)
        watch = Watch(actor.person.id, view_id=view.body["id"])
        trigger = interactions.new_trigger(self._state, actor, watch)
        payload = interactions.submission(self._state, actor, trigger, view)
        answer = await self.send("interactive", payload)
        return answers.follow_submission(self._state.world, actor, view.body["id"], answer)

    async def _fill(self, actor: Actor, view: View, values: Json) -> None:
        for named, value in values.items():
            block, element = filling.field(view.body["blocks"], named)
            external = element["type"].endswith("external_select")
            chosen = await self._chosen_outside(actor, view, block, element, value) if external else value
            filling.set_value(self._state.world, view, block, element, chosen)

    async def _chosen_outside(
        self, actor: Actor, view: View, block: Json, element: Json, value: object
    ) -> object:
        """Types into an external select and picks what the app offers for it."""
        if isinstance(value, list):
            return [await self._chosen_outside(actor, view, block, element, item) for item in value]
        if not isinstance(value, str) or not value:
            return value
        asked = {"block_id": block["block_id"], "action_id": element["action_id"], "typed": value}
        offered = await self.suggestions(actor, view, **asked)
        return filling.option({**element, "options": offered}, value)

    async def suggestions(
        self, actor: Actor, view: View, *, block_id: str, action_id: str, typed: str
    ) -> list[Json]:
        """What the app offers for what was typed into an external select of a view."""
        place = interactions.in_view(view)
        return await self._suggested(actor, place, block_id=block_id, action_id=action_id, typed=typed)

    async def suggestions_in_message(
        self, actor: Actor, where: str, at: str, *, block_id: str, action_id: str, typed: str
    ) -> list[Json]:
        channel = seeing.conversation(self._state.world, actor, where)
        place = interactions.in_message(channel, seeing.message(actor, channel, at))
        return await self._suggested(actor, place, block_id=block_id, action_id=action_id, typed=typed)

    async def _suggested(self, actor: Actor, place: Json, **asked: str) -> list[Json]:
        answer = await self.send("options", interactions.suggestion(self._state, actor, place, **asked))
        return filling.options_of(answer.body) if isinstance(answer.body, dict) else []

    async def close(self, actor: Actor, view: View, *, whole_stack: bool = False) -> Result:
        """Cancel, or the X of the whole stack; the app hears of it only if the view asked to."""
        self._check_on_screen(actor, view)
        cleared = whole_stack or view.body["clear_on_close"]
        result = Result("not_dispatched")
        for gone in views.close(self._state.world, view, whole_stack=cleared):
            if gone.body["notify_on_close"]:
                payload = interactions.closed(self._state, actor, gone, is_cleared=cleared)
                answer = await self.send("interactive", payload)
                result = Result(answer.status, answer.body, answer.ms)
        return result

    def _check_on_screen(self, actor: Actor, view: View) -> None:
        if view.user_id != actor.person.id:
            raise ClientRefusalError(f"that view is not on the screen of {actor.person.name}")
        if view.body["type"] == "modal" and not views.is_on_top(self._state.world, view):
            raise ClientRefusalError("another view lies on top of that one")

    async def send(self, kind: RequestKind, payload: Json) -> AppAnswer:
        """One request to the app, with its answer in the ledger."""
        entry = self._state.ledger.add("request", type=kind, payload=payload, status=None, answer=None)
        answer = await self._link.send(kind, payload)
        self._state.ledger.complete(entry, status=answer.status, answer=answer.body, ms=round(answer.ms, 2))
        return answer

    async def _ask(self, kind: RequestKind, payload: Json, trigger: Trigger, *, wait: bool) -> Result:
        """Sends, and looks on for a moment when the answer was empty: most views open after it."""
        world = self._state.world
        with world.watched(trigger.watch):
            answer = await self.send(kind, payload)
            if answer.ok and not answer.body and wait:
                await settled(trigger.watch)
        opened = [
            views.shown(world.views[view_id]) for view_id in trigger.watch.opened if view_id in world.views
        ]
        return Result(answer.status, answer.body, answer.ms, opened)


async def settled(watch: Watch) -> None:
    """Until something shows where the person looks, or they give up."""
    try:
        await asyncio.wait_for(watch.settled.wait(), LOOK_SECONDS)
    except TimeoutError:
        return


def _pressed(blocks: list[Json], action_id: str, value: object) -> tuple[Json, Json]:
    """The element with that action id; among several, the one whose value is asked for."""
    everything = list(fields.elements(blocks))
    found = [
        (b, e) for b, e in everything if action_id in (e["action_id"], f"{b['block_id']}.{e['action_id']}")
    ]
    if value is not None:
        found = [(b, e) for b, e in found if e.get("value") == value] or found
    if not found:
        there = sorted(element["action_id"] for _, element in everything)
        raise ClientRefusalError(f"there is no {action_id} to press, only {there}")
    return found[0]


def _escaped(text: str, workspace: Workspace) -> str:
    """`@name` and `#name` as ids, as Slack sends them when a command asks for it."""
    known = {f"@{p.name}": f"<@{p.id}|{p.name}>" for p in workspace.people.values()}
    known |= {f"#{c.name}": f"<#{c.id}|{c.name}>" for c in workspace.channels.values() if c.name}
    return " ".join(known.get(word, word) for word in text.split(" "))

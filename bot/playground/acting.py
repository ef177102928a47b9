"""What a person can do in Slack's client, and what Slack does with the app's answer."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from bot.playground import content, fields, filling, interactions, messages, views
from bot.playground.app_link import AppAnswer, AppLink, RequestKind
from bot.playground.errors import ClientRefused, NotThere, SlackError
from bot.playground.events import Events
from bot.playground.ids import ts
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Channel, Person, Trigger, View, Watch, Workspace

# How long a person is taken to look at the screen after an empty answer.
LOOK_SECONDS = 1.0
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(slots=True)
class Result:
    """What the app answered and what could then be seen."""

    status: int | str
    body: object = ""
    ms: float = 0.0
    views_opened: list[Json] = field(default_factory=list)
    more: Json = field(default_factory=dict)

    def shown(self) -> Json:
        return {
            "status": self.status,
            "body": self.body,
            "ms": round(self.ms, 2),
            "views_opened": self.views_opened,
            **self.more,
        }


class Acting:
    def __init__(self, state: State, link: AppLink, events: Events) -> None:
        self._state = state
        self._link = link
        self._events = events

    # Requests

    async def command(
        self, person: Person, workspace: Workspace, where: str, name: str, text: str, *, wait: bool
    ) -> Result:
        known = self._state.world.manifest.commands
        if known is not None and name not in known:
            raise ClientRefused(f"{name} is not a valid command.")
        channel = self.conversation(person, workspace, where)
        if known is not None and known[name].get("should_escape"):
            text = _escaped(text, self._state, workspace)
        watch = Watch(person.id)
        trigger = interactions.new_trigger(self._state, workspace, person, watch)
        payload = interactions.command(self._state, workspace, person, channel, name, text, trigger)
        return await self._ask("slash_commands", payload, trigger, wait=wait, answer_in=(person, channel))

    async def shortcut(
        self,
        person: Person,
        workspace: Workspace,
        callback_id: str,
        where: str | None,
        at: str | None,
        *,
        wait: bool,
    ) -> Result:
        known = self._state.world.manifest.shortcuts
        if known is not None and callback_id not in known:
            raise ClientRefused(f"the app has no shortcut {callback_id}")
        trigger = interactions.new_trigger(self._state, workspace, person, Watch(person.id))
        if where is None or at is None:
            payload = interactions.shortcut(self._state, workspace, person, callback_id, trigger)
        else:
            channel = self.conversation(person, workspace, where)
            message = self.message_seen(person, channel, at)
            payload = interactions.message_shortcut(
                self._state, workspace, person, callback_id, channel, message, trigger
            )
        return await self._ask("interactive", payload, trigger, wait=wait)

    async def press_in_message(
        self,
        person: Person,
        workspace: Workspace,
        where: str,
        at: str,
        action_id: str,
        value: object,
        *,
        wait: bool,
    ) -> Result:
        channel = self.conversation(person, workspace, where)
        message = self.message_seen(person, channel, at)
        blocks = message.get("blocks", [])
        block, element = _pressed(blocks, action_id, value)
        values = fields.first_values(blocks)
        action = self._action(workspace, block, element, value)
        if element["type"] in fields.VALUE_KEYS:
            values[block["block_id"]][element["action_id"]] = filling.filled(
                self._state.world, workspace.id, block, element, value
            )
        watch = Watch(person.id, message=(channel.id, at))
        trigger = interactions.new_trigger(self._state, workspace, person, watch)
        payload = interactions.message_actions(
            self._state, workspace, person, channel, message, [action], values, trigger
        )
        return await self._ask("interactive", payload, trigger, wait=wait)

    async def press_in_view(
        self, person: Person, view: View, action_id: str, value: object, *, wait: bool
    ) -> Result:
        workspace = self._state.world.workspaces[view.team_id]
        self._check_open(person, view)
        block, element = _pressed(view.body["blocks"], action_id, value)
        if element["type"] in fields.VALUE_KEYS:
            await self._fill(person, view, {f"{block['block_id']}.{element['action_id']}": value})
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Result("not_dispatched")
        action = self._action(workspace, block, element, value)
        watch = Watch(person.id, view_id=view.body["id"])
        trigger = interactions.new_trigger(self._state, workspace, person, watch, view.body["id"])
        payload = interactions.view_actions(self._state, workspace, person, view, [action], trigger)
        return await self._ask("interactive", payload, trigger, wait=wait)

    def _action(self, workspace: Workspace, block: Json, element: Json, value: object) -> Json:
        """One entry of `actions`: the element, what was chosen in it, and when."""
        kind = element["type"]
        action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block["block_id"]}
        if kind == "overflow":
            chosen = [o for o in filling.options_of(element) if value in (o.get("value"), o["text"]["text"])]
            if not chosen:
                raise ClientRefused(f"the menu {element['action_id']} does not offer {value!r}")
            action["selected_option"] = chosen[0]
        elif kind in fields.VALUE_KEYS:
            action |= filling.filled(self._state.world, workspace.id, block, element, value)
        else:
            action |= {key: element[key] for key in ("text", "value", "url", "style") if key in element}
            if kind == "feedback_buttons":
                action["value"] = value
        return action | {"action_ts": ts(self._state.clock.microseconds())}

    async def type_into(self, person: Person, view: View, values: Json) -> Result:
        """Typing alone: Slack sends nothing to the app."""
        self._check_open(person, view)
        await self._fill(person, view, values)
        return Result("not_dispatched")

    async def submit(self, person: Person, view: View, values: Json) -> Result:
        workspace = self._state.world.workspaces[view.team_id]
        self._check_open(person, view)
        if view.body["submit"] is None:
            raise ClientRefused("this view has no submit button")
        await self._fill(person, view, values)
        filling.check_submittable(view)
        watch = Watch(person.id, view_id=view.body["id"])
        trigger = interactions.new_trigger(self._state, workspace, person, watch, view.body["id"])
        payload = interactions.submission(self._state, workspace, person, view, trigger)
        answer = await self._send("interactive", payload)
        return self._after_submission(workspace, view.body["id"], answer)

    async def _fill(self, person: Person, view: View, values: Json) -> None:
        for named, value in values.items():
            block, element = filling.field(view.body["blocks"], named)
            if element["type"].endswith("external_select"):
                value = await self._chosen_outside(person, view, block, element, value)
            filling.set_value(self._state.world, view, block, element, value)

    async def _chosen_outside(
        self, person: Person, view: View, block: Json, element: Json, value: object
    ) -> object:
        """Types into an external select and picks what the app offers for it."""
        if isinstance(value, list):
            return [await self._chosen_outside(person, view, block, element, item) for item in value]
        if not isinstance(value, str):
            return value
        offered = await self.suggestions(person, view, block, element, value)
        for option in offered:
            if value in (option["value"], option["text"]["text"]):
                return option
        raise ClientRefused(f"the app offers no {value!r} for {block['block_id']}")

    async def suggestions(
        self, person: Person, view: View, block: Json, element: Json, typed: str
    ) -> list[Json]:
        workspace = self._state.world.workspaces[view.team_id]
        where = {"view": views.shown(view), "container": {"type": "view", "view_id": view.body["id"]}}
        payload = interactions.suggestion(
            self._state, workspace, person, block["block_id"], element["action_id"], typed, where
        )
        answer = await self._send("options", payload)
        body = answer.body if isinstance(answer.body, dict) else {}
        groups = body.get("option_groups") or [{"options": body.get("options", [])}]
        return [option for group in groups for option in group["options"]]

    async def close(self, person: Person, view: View, *, whole_stack: bool) -> Result:
        """The X or Cancel; the app hears of it only if the view asked to."""
        workspace = self._state.world.workspaces[view.team_id]
        self._check_open(person, view)
        gone = views.close(self._state.world, view, whole_stack=whole_stack or view.body["clear_on_close"])
        result = Result("not_dispatched")
        for closed in gone:
            if closed.body["notify_on_close"]:
                payload = interactions.closed(
                    self._state,
                    workspace,
                    person,
                    closed,
                    is_cleared=whole_stack or view.body["clear_on_close"],
                )
                answer = await self._send("interactive", payload)
                result = Result(answer.status, answer.body, answer.ms)
        return result

    def _check_open(self, person: Person, view: View) -> None:
        world = self._state.world
        if view.user_id != person.id:
            raise ClientRefused(f"that view is not on the screen of {person.name}")
        if view.body["type"] == "modal" and not views.is_on_top(world, view):
            raise ClientRefused("another view lies on top of that one")

    # Answers

    async def _send(self, kind: RequestKind, payload: Json) -> AppAnswer:
        entry = self._state.ledger.add("request", type=kind, payload=payload, status=None, answer=None)
        answer = await self._link.send(kind, payload)
        entry |= {"status": answer.status, "answer": answer.body, "ms": round(answer.ms, 2)}
        return answer

    async def _ask(
        self,
        kind: RequestKind,
        payload: Json,
        trigger: Trigger,
        *,
        wait: bool,
        answer_in: tuple[Person, Channel] | None = None,
    ) -> Result:
        """Sends, shows what a command's answer says, and looks on for a moment when the answer was empty."""
        world = self._state.world
        world.watches.append(trigger.watch)
        try:
            answer = await self._send(kind, payload)
            if answer.ok and answer.body and answer_in is not None:
                self._show_answer(*answer_in, answer.body)
            elif answer.ok and wait:
                await _settled(trigger.watch)
        finally:
            world.watches.remove(trigger.watch)
        opened = [
            views.shown(world.views[view_id]) for view_id in trigger.watch.opened if view_id in world.views
        ]
        return Result(answer.status, answer.body, answer.ms, opened)

    def _show_answer(self, person: Person, channel: Channel, body: object) -> None:
        workspace = self._state.world.workspaces[channel.team_id]
        said = cast(Json, body) if isinstance(body, dict) else {"text": str(body)}
        given = {key: said[key] for key in ("text", "blocks", "attachments") if said.get(key)}
        if not given:
            return
        content.check_message(given, "response_url")
        if said.get("response_type") == "in_channel":
            author = messages.bot_author(self._state.world, workspace)
            messages.post(self._state.world, workspace, channel, author, given)
        else:
            messages.show_ephemeral(self._state.world, workspace, channel, person.id, given)

    def _after_submission(self, workspace: Workspace, view_id: str, answer: AppAnswer) -> Result:
        world = self._state.world
        result = Result(answer.status, answer.body, answer.ms)
        view = world.views.get(view_id)
        if view is None:
            return result
        view.errors, view.trouble = {}, None
        try:
            if not answer.ok:
                raise SlackError(str(answer.status))
            self._follow(workspace, view, answer.body, result)
        except SlackError as trouble:
            view.trouble = TROUBLE
            result.more = {"trouble": TROUBLE, "because": trouble.error, **trouble.details}
        return result

    def _follow(self, workspace: Workspace, view: View, body: object, result: Result) -> None:
        """Does what a `response_action` asks; raises SlackError when Slack could not."""
        world = self._state.world
        if not body:
            views.close(world, view)
            return
        asked = cast(Json, body) if isinstance(body, dict) else {}
        action = asked.get("response_action")
        if action == "errors":
            view.errors = _field_errors(view, asked.get("errors"))
            result.more = {"errors": view.errors}
        elif action == "clear":
            views.close(world, view, whole_stack=True)
        elif action == "update":
            updated = views.update(world, workspace, view, views.checked(asked.get("view"), "modal"))
            result.more = {"view": views.shown(updated)}
        elif action == "push":
            pushed = views.push(world, workspace, view, views.checked(asked.get("view"), "modal"))
            result.views_opened = [views.shown(pushed)]
        else:
            raise SlackError("invalid_response_action")

    # Events

    async def say(
        self, person: Person, workspace: Workspace, where: str, text: str, thread_ts: str | None
    ) -> Result:
        channel = self.conversation(person, workspace, where)
        if channel.archived:
            raise ClientRefused("this channel is archived")
        if thread_ts is not None and thread_ts not in channel.messages:
            raise NotThere(f"there is no message {thread_ts}")
        message = messages.post(
            self._state.world, workspace, channel, {"user": person.id}, {"text": text}, thread_ts=thread_ts
        )
        return Result("not_dispatched", more={"ts": message["ts"], "channel": channel.id})

    def conversation(self, person: Person, workspace: Workspace, where: str) -> Channel:
        """Where a person is: a channel they are in, or `dm` for their direct messages with the app."""
        world = self._state.world
        app_names = ("dm", "@app", workspace.bot_user_id, workspace.people[workspace.bot_user_id].name)
        if where in app_names:
            return world.open_direct_message(workspace, person.id)
        channel = world.channel(where, workspace.id)
        if person.id not in channel.members and channel.kind != "public":
            raise ClientRefused(f"{person.name} cannot see #{channel.name}")
        return channel

    def message_seen(self, person: Person, channel: Channel, at: str) -> Json:
        message = channel.messages.get(at)
        if message is not None:
            return message
        workspace = self._state.world.workspaces[channel.team_id]
        for ephemeral in workspace.ephemerals:
            if ephemeral["ts"] == at and ephemeral["shown_to"] == person.id:
                return ephemeral
        raise NotThere(f"{person.name} sees no message {at} in #{channel.name}")


async def _settled(watch: Watch) -> None:
    try:
        await asyncio.wait_for(watch.settled.wait(), LOOK_SECONDS)
    except TimeoutError:
        return


def _pressed(blocks: list[Json], action_id: str, value: object) -> tuple[Json, Json]:
    """The element with that action id; among several, the one whose value is asked for."""
    found = [
        (b, e)
        for b, e in fields.elements(blocks)
        if action_id in (e["action_id"], f"{b['block_id']}.{e['action_id']}")
    ]
    if len(found) > 1 and value is not None:
        found = [(b, e) for b, e in found if e.get("value") == value] or found
    if not found:
        there = sorted(element["action_id"] for _, element in fields.elements(blocks))
        raise ClientRefused(f"there is no {action_id} to press, only {there}")
    return found[0]


def _field_errors(view: View, errors: object) -> dict[str, str]:
    """Slack shows errors only under input blocks it knows; anything else breaks the whole answer."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise SlackError("invalid_errors", known=sorted(inputs))
    return {str(block_id): str(said) for block_id, said in errors.items()}


def _escaped(text: str, state: State, workspace: Workspace) -> str:
    """`@name` and `#name` as ids, as Slack sends them when a command asks for it."""
    words = []
    for word in text.split(" "):
        people = [p for p in workspace.people.values() if word == f"@{p.name}"]
        channels = [c for c in workspace.channels.values() if c.name and word == f"#{c.name}"]
        if people:
            word = f"<@{people[0].id}|{people[0].name}>"
        elif channels:
            word = f"<#{channels[0].id}|{channels[0].name}>"
        words.append(word)
    return " ".join(words)

"""`/_control/as/{user}/{act}`: what each act takes from the call and does."""

import base64
from collections.abc import Awaitable, Callable, Mapping

from bot.playground.acting import Acting
from bot.playground.answers import Result
from bot.playground.conversing import Conversing
from bot.playground.errors import NotThereError
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import Actor, View

Act = Callable[[Actor, Json], Awaitable[Result]]


class Acts:
    """A KeyError names an argument the call should have had."""

    def __init__(self, state: State, acting: Acting, conversing: Conversing) -> None:
        self._state = state
        self._acting = acting
        self._conversing = conversing

    def table(self) -> Mapping[str, Act]:
        return {
            "command": self._command,
            "shortcut": self._shortcut,
            "press": self._press,
            "type": self._type,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "message": self._message,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "unreact": self._unreact,
            "join": self._join,
            "leave": self._leave,
            "open": self._open,
            "upload": self._upload,
            "canvas": self._canvas,
            "delete_canvas": self._delete_canvas,
        }

    async def _command(self, actor: Actor, given: Json) -> Result:
        name, text = given["command"], given.get("text", "")
        return await self._acting.command(actor, given["channel"], name, text, wait=given.get("wait", True))

    async def _shortcut(self, actor: Actor, given: Json) -> Result:
        callback_id, wait = given["callback_id"], given.get("wait", True)
        if "channel" in given:
            return await self._acting.message_shortcut(
                actor, callback_id, given["channel"], given["ts"], wait=wait
            )
        return await self._acting.shortcut(actor, callback_id, wait=wait)

    async def _press(self, actor: Actor, given: Json) -> Result:
        action_id, value, wait = given["action_id"], given.get("value"), given.get("wait", True)
        if "view_id" in given:
            view = self._view(given["view_id"])
            return await self._acting.press_in_view(actor, view, action_id, value, wait=wait)
        where, at = given["channel"], given["ts"]
        return await self._acting.press_in_message(actor, where, at, action_id, value, wait=wait)

    async def _type(self, actor: Actor, given: Json) -> Result:
        return await self._acting.type_into(actor, self._view(given["view_id"]), given["values"])

    async def _suggest(self, actor: Actor, given: Json) -> Result:
        asked = {
            "block_id": given["block_id"],
            "action_id": given["action_id"],
            "typed": given.get("value", ""),
        }
        if "view_id" in given:
            options = await self._acting.suggestions(actor, self._view(given["view_id"]), **asked)
        else:
            options = await self._acting.suggestions_in_message(actor, given["channel"], given["ts"], **asked)
        return Result(200, options)

    async def _submit(self, actor: Actor, given: Json) -> Result:
        return await self._acting.submit(actor, self._view(given["view_id"]), given.get("values") or {})

    async def _close(self, actor: Actor, given: Json) -> Result:
        view = self._view(given["view_id"])
        return await self._acting.close(actor, view, whole_stack=given.get("all", False))

    async def _home(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.home(actor, given.get("tab", "home"))

    async def _message(self, actor: Actor, given: Json) -> Result:
        """`files`: `{"name", "text"}` each, or `"base64"` in place of the text."""
        attached = [(file["name"], _bytes_of(file)) for file in given.get("files", ())]
        return await self._conversing.say(
            actor, given["channel"], given["text"], given.get("thread_ts"), attached
        )

    async def _edit(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.edit(actor, given["channel"], given["ts"], given["text"])

    async def _delete(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.delete(actor, given["channel"], given["ts"])

    async def _react(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.react(actor, given["channel"], given["ts"], given["name"])

    async def _unreact(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.unreact(actor, given["channel"], given["ts"], given["name"])

    async def _join(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.join(actor, given["channel"])

    async def _leave(self, actor: Actor, given: Json) -> Result:
        return await self._conversing.leave(actor, given["channel"])

    async def _open(self, actor: Actor, given: Json) -> Result:
        """A conversation of just these people and oneself: `users`, names or ids."""
        return self._conversing.open(actor, given["users"])

    async def _upload(self, actor: Actor, given: Json) -> Result:
        """A file for a form: `name`, and `text` or `base64`; answered with its id as `file`."""
        return self._conversing.upload(actor, given["name"], _bytes_of(given))

    async def _canvas(self, actor: Actor, given: Json) -> Result:
        """A canvas in a tab of a channel: `channel`, `title`, `markdown`; answered with its id as `canvas`."""
        return self._conversing.write_canvas(actor, given["channel"], given["title"], given["markdown"])

    async def _delete_canvas(self, actor: Actor, given: Json) -> Result:
        return self._conversing.delete_canvas(actor, given["canvas"])

    def _view(self, view_id: str) -> View:
        view = self._state.world.views.get(view_id)
        if view is None:
            raise NotThereError(f"no view {view_id} is open")
        return view


def _bytes_of(file: Json) -> bytes:
    return base64.b64decode(file["base64"]) if "base64" in file else str(file["text"]).encode()

"""The addresses files are sent to and fetched from."""

from aiohttp import web

from bot.playground import files
from bot.playground.methods.files import UPLOAD_PATH
from bot.playground.state import State


class Uploads:
    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(UPLOAD_PATH + "{file_id}/{secret}", self.take),
            web.get("/files/{file_id}", self.give),
        ]

    async def take(self, request: web.Request) -> web.Response:
        """The bytes, plain or as the first part of a form."""
        file_id = request.match_info["file_id"]
        if file_id not in self._state.world.files:
            return web.Response(status=404, text="no such upload")
        if request.content_type == "multipart/form-data":
            part = next(iter((await request.post()).values()))
            content = part.file.read() if isinstance(part, web.FileField) else str(part).encode()
        else:
            content = await request.read()
        files.keep(self._state.world, self._state.world.files[file_id], content)
        return web.Response(text=f"OK - {len(content)}")

    async def give(self, request: web.Request) -> web.Response:
        """The bytes for the app's token with `files:read`; anybody else gets the page to sign in, with a 200."""
        world = self._state.world
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        workspace = world.by_bot_token.get(token)
        file = world.files.get(request.match_info["file_id"])
        content = world.file_contents.get(request.match_info["file_id"])
        if workspace is None or "files:read" not in workspace.scopes:
            return web.Response(
                text="<!DOCTYPE html><title>Sign in to Slack</title>", content_type="text/html"
            )
        if file is None or content is None or file["user_team"] != workspace.id:
            return web.Response(status=404)
        return web.Response(body=content, content_type=file["mimetype"])

"""Installing by OAuth: what a person grants, the code for it, the token for the code, and its refreshing."""

from urllib.parse import urlencode

from aiohttp import web

from bot.playground.errors import NotThereError, SlackError
from bot.playground.ids import secret
from bot.playground.json_types import Json
from bot.playground.state import State
from bot.playground.world import OAuthCode, Person, Workspace, World

CODE_SECONDS = 10 * 60  # https://docs.slack.dev/authentication/installing-with-oauth (2026-11)
TOKEN_SECONDS = 43_200  # https://docs.slack.dev/authentication/using-token-rotation (2026-11)


class Consent:
    """`/oauth/v2/authorize` without the page in between: whoever comes, grants.

    `team` and `user` choose the workspace and the person; `deny=1` presses Cancel.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    async def answer(self, request: web.Request) -> web.Response:
        asked = request.query
        world = self._state.world
        if asked.get("client_id") != world.app.client_id:
            return web.Response(status=400, text="invalid_client_id")
        back: Json = {"state": asked.get("state", "")}
        if asked.get("deny"):
            back["error"] = "access_denied"
        else:
            back["code"] = self._granted(world, dict(asked))
        raise web.HTTPFound(f"{asked.get('redirect_uri', '')}?{urlencode(back)}")

    def _granted(self, world: World, asked: Json) -> str:
        team_id = asked.get("team") or next(iter(world.workspaces))
        if team_id not in world.workspaces:
            raise NotThereError(f"there is no workspace {team_id}")
        wanted = frozenset(asked.get("scope", "").split(","))
        person = world.person(asked["user"], team_id) if "user" in asked else self._somebody(team_id)
        code = f"{secret(10)}.{secret(10)}.{secret(32)}"
        world.oauth_codes[code] = OAuthCode(
            team_id=team_id,
            user_id=person.id,
            scopes=wanted & world.manifest.scopes,
            redirect_uri=asked.get("redirect_uri", ""),
            expires=world.clock.seconds() + CODE_SECONDS,
        )
        return code

    def _somebody(self, team_id: str) -> Person:
        people = self._state.world.workspaces[team_id].people.values()
        return next(p for p in people if p.role != "bot" and not p.deactivated)


def trade_code(world: World, code: str, redirect_uri: str) -> Json:
    """The answer of oauth.v2.access; raises what Slack says to a code that is not good."""
    granted = world.oauth_codes.get(code)
    if granted is None or world.clock.seconds() > granted.expires:
        raise SlackError("invalid_code")
    if granted.used:
        raise SlackError("code_already_used")
    if redirect_uri and redirect_uri != granted.redirect_uri:
        raise SlackError("bad_redirect_uri")
    granted.used = True
    workspace = world.workspaces[granted.team_id]
    workspace.installed, workspace.token_revoked, workspace.scopes = True, False, granted.scopes
    token = (
        rotate(world, workspace) if world.manifest.token_rotation else {"access_token": workspace.bot_token}
    )
    return token | _described(world, workspace) | {"authed_user": {"id": granted.user_id}}


def refresh(world: World, refresh_token: str) -> Json:
    """A new pair for a refresh token, which is then spent."""
    team_id = world.refresh_tokens.pop(refresh_token, None)
    if team_id is None:
        raise SlackError("invalid_refresh_token")
    workspace = world.workspaces[team_id]
    return rotate(world, workspace) | _described(world, workspace)


def rotate(world: World, workspace: Workspace) -> Json:
    """A token of twelve hours and what renews it; the token before lives on until its own end."""
    token, renewal = f"xoxe.xoxb-1-{secret(40)}", f"xoxe-1-{secret(40)}"
    workspace.bot_token = token
    world.by_bot_token[token] = workspace
    world.token_expires[token] = world.clock.seconds() + TOKEN_SECONDS
    world.refresh_tokens[renewal] = workspace.id
    return {"access_token": token, "refresh_token": renewal, "expires_in": TOKEN_SECONDS}


def _described(world: World, workspace: Workspace) -> Json:
    return {
        "app_id": world.app.id,
        "token_type": "bot",
        "scope": workspace.scopes_text,
        "bot_user_id": workspace.bot_user_id,
        "team": {"id": workspace.id, "name": workspace.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }

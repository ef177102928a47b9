"""oauth.v2.*: trading a code, a refresh token or an old token for a bot token."""

from bot.playground import oauth
from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json


def access(call: Call) -> Json:
    _check_app(call)
    if call.text("grant_type") == "refresh_token":
        return oauth.refresh(call.world, call.need("refresh_token"))
    return oauth.trade_code(call.world, call.need("code", "invalid_code"), call.text("redirect_uri"))


def exchange(call: Call) -> Json:
    """A token that never expires, traded for one that rotates."""
    _check_app(call)
    return oauth.rotate(call.world, call.workspace) | {
        "team": {"id": call.workspace.id, "name": call.workspace.name}
    }


def _check_app(call: Call) -> None:
    app = call.world.app
    if call.text("client_id") != app.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != app.client_secret:
        raise SlackError("bad_client_secret")


def uninstall(call: Call) -> Json:
    _check_app(call)
    call.world.uninstall(call.workspace)
    return {}


METHODS: Methods = {
    "oauth.v2.access": Method(access, tier=4, writes=True, caller="anyone"),
    "oauth.v2.exchange": Method(exchange, tier=3, writes=True),
    "apps.uninstall": Method(uninstall, tier=1, writes=True),
}

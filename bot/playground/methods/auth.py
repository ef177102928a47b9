"""api.test, auth.*, apps.*: who calls, and how the app connects."""

from bot.playground.call import Call, Method, Methods
from bot.playground.json_types import Json


def test_api(call: Call) -> Json:
    error = call.text("error")
    return {"ok": False, "error": error, "args": call.args} if error else {"args": call.args}


def test_auth(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.people[workspace.bot_user_id].name,
        "team_id": workspace.id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> Json:
    if call.flag("test"):
        return {"revoked": False}
    call.world.revoke(call.workspace)
    return {"revoked": True}


def open_connection(call: Call) -> Json:
    return {"url": call.world.doors.new_socket_url()}


METHODS: Methods = {
    "api.test": Method(test_api, tier=4, caller="anyone"),
    "apps.connections.open": Method(open_connection, tier=4, caller="app"),
    "auth.test": Method(test_auth, tier=4),
    "auth.revoke": Method(revoke, tier=3, writes=True),
}

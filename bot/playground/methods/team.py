"""team.* and bots.*: the workspace and the app in it."""

from bot.playground.call import Call, Method, Methods
from bot.playground.errors import SlackError
from bot.playground.json_types import Json


def team_info(call: Call) -> Json:
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.id,
            "name": workspace.name,
            "domain": workspace.domain,
            "email_domain": f"{workspace.domain}.example",
            "icon": {},
        }
    }


def bot_info(call: Call) -> Json:
    workspace = call.workspace
    if call.text("bot", workspace.bot_id) != workspace.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": workspace.bot_id,
            "app_id": call.world.app.id,
            "user_id": workspace.bot_user_id,
            "name": call.world.manifest.name,
            "deleted": False,
            "updated": 0,
            "icons": {},
        }
    }


METHODS: Methods = {
    "team.info": Method(team_info, ("team:read",), tier=3),
    "bots.info": Method(bot_info, ("users:read",), tier=3),
}

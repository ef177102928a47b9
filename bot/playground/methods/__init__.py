"""The methods of the Web API this local Slack knows, by name."""

from bot.playground.call import Methods
from bot.playground.methods import (
    auth,
    canvases,
    chat,
    conversations,
    files,
    oauth,
    pins,
    reactions,
    team,
    users,
    views,
)

METHODS: Methods = {
    **auth.METHODS,
    **canvases.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **oauth.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **team.METHODS,
    **users.METHODS,
    **views.METHODS,
}

"""The methods of the Web API this local Slack knows, by name."""

from bot.playground.call import Methods
from bot.playground.methods import auth, chat, conversations, team, users, views

METHODS: Methods = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **team.METHODS,
    **users.METHODS,
    **views.METHODS,
}

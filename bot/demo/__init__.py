"""The product on a laptop with no Slack account: a local Slack, the bot on SQLite, a team with some weeks behind it."""

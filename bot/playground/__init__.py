"""A local Slack: Web API, Socket Mode, signed HTTP and people to act as. Imports nothing of the bot."""

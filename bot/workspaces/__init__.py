"""Slack workspaces the app is installed in, and their tokens."""

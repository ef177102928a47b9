"""Slack's rule book: pure functions that refuse a message or a view where Slack refuses it."""

from bot.playground.rules.message import check_message, truncated_text
from bot.playground.rules.refusal import Refusal
from bot.playground.rules.view import check_view

__all__ = ["Refusal", "check_message", "check_view", "truncated_text"]

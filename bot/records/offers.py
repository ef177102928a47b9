"""What one ritual's messages offer of another's records: the ids of buttons that lead there."""

from bot.i18n import _

LOG_DECISION = "decisions.log"
"""Opens the form of a new decision. The button's value is what it begins with: its first line is the title, and where
there is more, all of it is the context too.
"""
VALUE_CHARACTERS = 2_000  # docs reference/block-kit/block-elements/button-element


def log_decision_words() -> str:
    return _("Log the decision")

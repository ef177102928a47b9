"""What one ritual's messages offer of another's records: the ids of buttons that lead there."""

from bot.i18n import _

LOG_DECISION = "decisions.log"
"""Opens the form of a new decision. The button's value is what it begins with: its first line is the title, and where
there is more, all of it is the context too.
"""
ADD_TO_AGENDA = "one_on_ones.add_record"
"""Opens the form that puts a record on the agenda of a 1:1. The button's value is the record's id."""
VALUE_CHARACTERS = 2_000  # docs reference/block-kit/block-elements/button-element


def log_decision_words() -> str:
    return _("Log the decision")


def add_to_agenda_words() -> str:
    return _("Add to our 1:1")

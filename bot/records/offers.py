"""What one ritual's messages offer of another's records: the ids of buttons that lead there."""

from bot.i18n import _
from bot.records.models import Record
from bot.slack import text

LOG_DECISION_ABOUT = "decisions.log_about"
"""Opens the form of a decision that will be linked to a record. Its value is made by `log_decision_value`."""
OPEN = {"decision": "decisions.open", "problem": "problem_sessions.open"}
"""Kind of record → what opens its page. The button's value is the record's id."""
PAGES = ("decisions.page", "problem_sessions.page")
"""The pages of records: from one to the next they take each other's place, as Slack lays no more than three over
each other.
"""
ADD_TO_AGENDA = "one_on_ones.add_record"
"""Opens the form that puts a record on the agenda of a 1:1. The button's value is the record's id."""
VALUE_CHARACTERS = 2_000  # docs reference/block-kit/block-elements/button-element


def log_decision_words() -> str:
    return _("Log the decision")


def log_decision_value(about: Record, begins_with: str) -> str:
    """What the decision is about, and what its form begins with.

    The first line of that is the title, and where there is more, all of it is the context too.
    """
    return text.shortened(f"{about.id}:{begins_with}", VALUE_CHARACTERS)


def add_to_agenda_words() -> str:
    return _("Add to our 1:1")

"""What can go wrong, told apart by what a person should see.

Refusal                 a "no" with words for the person; nothing is broken, nothing is logged as an error
├── FieldRefusal        belongs under one or more fields of the open form
├── AlreadySaved        a form that was saved before: a double click, or the same request sent again
├── NotFound            also said to those who may not see it, so that nobody learns what exists
└── NotAllowed          seen, but not theirs to change
Everything else that is raised is a fault: logged with its traceback, told plainly with a reference.
"""

from collections.abc import Mapping


class Refusal(Exception):
    """A "no" that is told to the person in these words."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FieldRefusal(Refusal):
    """A "no" about what was typed: field name (= block id) → what to do."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)


class AlreadySaved(Refusal):
    """This form was saved before. It is good news, and nothing is saved twice."""


class NotFound(Refusal):
    """There is no such record, or none that this person can see."""


class NotAllowed(Refusal):
    """The record can be seen, the change is not theirs to make."""

"""What Slack sends of a form becomes a typed object; refusals find their field again."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from bot.errors import FieldRefusal
from bot.slack.forms import read, row_numbers, values


class Row(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=5)]
    why: str = ""


class Form(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=5)]
    people: list[str] = Field(default_factory=list, max_length=2)
    rows: list[Row] = Field(default_factory=list)


def view(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": {"values": {name.replace("__", "."): {"value": element} for name, element in fields.items()}}
    }


def typed(value: str | None) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def test_every_kind_of_input_is_read() -> None:
    option = {"text": {"type": "plain_text", "text": "A"}, "value": "a"}
    found = values(
        view(
            text=typed("x"),
            empty=typed(None),
            one={"type": "static_select", "selected_option": option},
            none={"type": "static_select", "selected_option": None},
            several={"type": "checkboxes", "selected_options": [option, option]},
            person={"type": "users_select", "selected_user": "U1"},
            people={"type": "multi_users_select", "selected_users": ["U1", "U2"]},
            day={"type": "datepicker", "selected_date": "2026-02-15"},
        )
    )
    assert found == {
        "text": "x",
        "one": "a",
        "several": ["a", "a"],
        "person": "U1",
        "people": ["U1", "U2"],
        "day": "2026-02-15",
    }


def test_text_that_nobody_can_see_is_no_text() -> None:
    assert values(view(title=typed("\u200b\u202e\x00"))) == {}
    with pytest.raises(FieldRefusal) as refused:
        read(Form, view(title=typed("\u2060")))
    assert refused.value.fields == {"title": "Please fill this in."}


def test_rows_keep_the_numbers_they_have_on_screen() -> None:
    shown = view(
        title=typed("x"), rows__1__name=typed("a"), rows__4__name=typed("b"), rows__4__why=typed("c")
    )
    form = read(Form, shown)
    assert [(row.name, row.why) for row in form.rows] == [("a", ""), ("b", "c")]
    assert row_numbers(values(shown), "rows") == [1, 4]


def test_what_is_wrong_in_a_row_is_said_under_that_row() -> None:
    shown = view(title=typed("x"), rows__1__name=typed("a"), rows__4__name=typed("far too long"))
    with pytest.raises(FieldRefusal) as refused:
        read(Form, shown)
    assert refused.value.fields == {"rows.4.name": "Keep this to 5 characters or fewer; it has 12."}


def test_a_row_without_its_name_is_refused_where_the_name_belongs() -> None:
    with pytest.raises(FieldRefusal) as refused:
        read(Form, view(title=typed("x"), rows__3__why=typed("because")))
    assert refused.value.fields == {"rows.3.name": "Please fill this in."}


def test_too_many_are_refused_with_how_many_there_may_be() -> None:
    crowd = {"type": "multi_users_select", "selected_users": ["U1", "U2", "U3"]}
    with pytest.raises(FieldRefusal) as refused:
        read(Form, view(title=typed("x"), people=crowd))
    assert refused.value.fields == {"people": "At most 2 of these."}

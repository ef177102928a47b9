"""What Slack refuses of a modal or an App Home as a whole."""

from typing import Any, Literal

import pytest

from bot.playground import rules
from tests.playground.rules_samples import Json, asked, home, modal, plain, refused, section


def without(name: str, thing: Json) -> Json:
    return {field: value for field, value in thing.items() if field != name}


def said(payload: Json) -> tuple[str, ...]:
    refusal = refused(payload)
    return () if refusal is None else refusal.messages


def test_a_modal_needs_a_title_and_blocks() -> None:
    refusal = rules.check_view({"type": "modal"}, surface="modal")
    assert refusal is not None
    assert refusal.error == "invalid_arguments"
    assert refusal.messages == (
        "[ERROR] missing required field: title [json-pointer:/view]",
        "[ERROR] missing required field: blocks [json-pointer:/view]",
    )


def test_a_modal_that_asks_something_needs_a_submit_button() -> None:
    assert said(without("submit", modal(section(), asked()))) == (
        "[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]",
    )
    assert said(without("submit", modal(section()))) == ()


def test_a_home_may_ask_without_a_submit_button() -> None:
    assert said(home(asked())) == ()


@pytest.mark.parametrize("name", ["title", "submit", "close"])
def test_a_home_has_no_title_and_no_buttons_of_its_own(name: str) -> None:
    assert said(home(section(), **{name: plain()})) == (
        f"[ERROR] invalid additional property: {name} [json-pointer:/view]",
    )


@pytest.mark.parametrize("name", ["submit_disabled", "id", "hash", "state", "team_id", "bot_id"])
def test_what_slack_itself_adds_to_a_view_may_not_be_sent_back(name: str) -> None:
    assert said(modal(section(), **{name: "x"})) == (
        f"[ERROR] invalid additional property: {name} [json-pointer:/view]",
    )


@pytest.mark.parametrize(("view", "surface"), [(modal(section()), "home"), (home(section()), "modal")])
def test_each_surface_wants_its_own_kind_of_view(view: Json, surface: Literal["modal", "home"]) -> None:
    refusal = rules.check_view(view, surface=surface)
    assert refusal is not None
    assert "[ERROR] must be a valid enum value [json-pointer:/view/type]" in refusal.messages


@pytest.mark.parametrize("build", [modal, home])
def test_a_view_is_not_empty(build: Any) -> None:
    assert said(build()) == ("[ERROR] must provide at least 1 items [json-pointer:/view/blocks]",)


@pytest.mark.parametrize("name", ["title", "submit", "close"])
def test_a_modal_s_words_are_not_empty(name: str) -> None:
    assert said(modal(section(), **{name: plain("")})) == (
        f"[ERROR] must be more than 0 characters [json-pointer:/view/{name}/text]",
    )


@pytest.mark.parametrize("name", ["private_metadata", "callback_id", "external_id"])
def test_what_a_view_carries_may_be_empty(name: str) -> None:
    """Slack's own payloads have "" for each that was not set."""
    assert said(modal(section(), **{name: ""})) == ()


@pytest.mark.parametrize("name", ["clear_on_close", "notify_on_close"])
def test_closing_is_told_by_booleans(name: str) -> None:
    assert said(modal(section(), **{name: True})) == ()
    assert said(modal(section(), **{name: "true"})) == (
        f"[ERROR] must provide a boolean [json-pointer:/view/{name}]",
    )


@pytest.mark.parametrize("surface", ["modal", "home"])
@pytest.mark.parametrize("view", [None, [], "view", 5, {}, {"type": []}, {"type": "modal", "blocks": None}])
def test_what_is_no_view_is_refused(view: Any, surface: Literal["modal", "home"]) -> None:
    refusal = rules.check_view(view, surface=surface)
    assert refusal is not None
    assert refusal.error == "invalid_arguments"
    assert refusal.messages

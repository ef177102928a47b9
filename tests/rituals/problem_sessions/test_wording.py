"""What sounds like a solution is asked about, gently, and can always be logged as it is."""

import pytest

from bot.app import App
from bot.rituals.problem_sessions.service.wording import USUAL_WORDS, solution_in
from tests.person import Slack, words_of
from tests.rituals.problem_sessions.stories import LATE, form, sessions
from tests.rituals.stories import inputs

pytestmark = pytest.mark.alike

BUILD = "Build a dashboard of failed payments"


@pytest.mark.parametrize(
    "said",
    [
        BUILD,
        "Partners complain. Add a button to resend",
        "Somebody has to migrate to the new API",
        "Let’s cache it",
        "let's cache it",
        "WE SHOULD know earlier",
    ],
)
def test_this_sounds_like_a_solution(said: str) -> None:
    assert solution_in(said, USUAL_WORDS)


@pytest.mark.parametrize(
    "said",
    [
        LATE,
        "The nightly build fails for everybody",
        "Builders cannot find their invoices",
        "Partners add an invoice twice by mistake".replace("add an", "enter an"),
        "",
    ],
)
def test_this_does_not(said: str) -> None:
    assert solution_in(said, USUAL_WORDS) is None


async def test_it_is_asked_about_and_logged_when_it_is_written_as_a_problem(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await form(pm, BUILD)
    await pm.submit(view, {"who": "Partners"})
    view = await pm.view(view)
    assert "That sounds like a solution" in words_of(view)
    assert "What is the problem behind it?" in words_of(view)
    await pm.submit(view, {"title": LATE})
    assert "hurts Partners" in words_of(await slack.message("payments", LATE))


async def test_it_can_be_logged_as_it_is(slack: Slack, bot: App) -> None:
    pm = slack.person("pm")
    view = await form(pm, BUILD)
    await pm.submit(view)
    refused = await pm.submit(await pm.view(view))
    assert "Tick this to log it as it is" in refused.errors["wording"]
    await pm.submit(await pm.view(view), {"wording": ["as_it_is"]})
    await slack.message("payments", BUILD)


async def test_a_team_has_words_of_its_own(slack: Slack, bot: App) -> None:
    await sessions(slack, solution_words="Wir bauen\nBaue")
    pm = slack.person("pm")
    view = await form(pm, BUILD)
    await pm.submit(view)
    await slack.message("payments", BUILD)
    view = await form(pm, "Baue eine Übersicht")
    await pm.submit(view)
    assert "wording" in inputs(await pm.view(view))


async def test_a_team_that_leaves_its_words_empty_is_never_asked(slack: Slack, bot: App) -> None:
    await sessions(slack, solution_words="")
    pm = slack.person("pm")
    await pm.submit(await form(pm, BUILD))
    await slack.message("payments", BUILD)

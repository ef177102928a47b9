"""Setting a team up and changing it, from one form with defaults everywhere."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.person import Json, Slack, words_of
from tests.rituals.one_on_ones.stories import set_up_pair
from tests.rituals.stories import card, filled, labels, logged, opens, set_up_team, shows, told

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]


def home_of(team: str) -> str:
    return (
        f"That channel is the home of {team}, and a channel has one team. To change that one, type "
        "/partner team there."
    )


async def _form(slack: Slack, person: str, channel: str, holding: str) -> Json:
    someone = slack.person(person)
    view = await opens(someone, someone.command(channel, "/partner", "team"))
    return await shows(someone, view, holding)


@pytest.mark.parametrize(("channel", "name"), [("payments", "payments"), ("leads", "leads")])
async def test_the_form_knows_the_channel_its_name_and_the_zone_of_who_asks(
    slack: Slack, channel: str, name: str
) -> None:
    held = filled(await _form(slack, "pm", channel, "Europe/Berlin"))
    assert [day["text"]["text"] for day in held.pop("working_days")] == [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
    ]
    assert held == {
        "channel": slack.channels[channel],
        "name": name,
        "members": [slack.users["pm"]],
        "timezone": "Europe/Berlin",
        "who_may": "channel",
    }


@pytest.mark.usefixtures("bare_forms")
async def test_what_slack_says_late_still_comes_into_the_form(slack: Slack) -> None:
    """The bare form opens after 300 ms, and Slack keeps what stands in a field as long as its ids stay the same."""
    await slack.fault("conversations.info", "latency", 0.5)
    pm = slack.person("pm")
    bare = await opens(pm, pm.command("leads", "/partner", "team"))
    assert filled(bare).keys().isdisjoint({"name", "timezone"})  # nothing wrong to save in a hurry
    held = filled(await shows(pm, bare, "leads"))
    assert (held["name"], held["timezone"]) == ("leads", "Europe/Berlin")


@pytest.mark.parametrize("of_several", [False, True])
async def test_in_a_direct_message_it_asks_for_all_it_cannot_know(slack: Slack, *, of_several: bool) -> None:
    channel = await set_up_pair(slack) if of_several else "dm"
    held = filled(await _form(slack, "pm", channel, "Europe/Berlin"))
    assert held.keys() == {"members", "timezone", "who_may", "working_days"}


async def test_a_team_is_set_up_told_and_found_again(slack: Slack) -> None:
    await set_up_team(slack, timezone="america/new york", capture_emoji=":pushpin:")
    said = await told(slack, "pm", "Saved: *Payments* in")
    assert "America/New_York" in words_of(said)
    held = filled(await _form(slack, "engineer", "payments", "America/New_York"))
    assert (held["pm"], held["lead"]) == (slack.users["pm"], slack.users["techlead"])
    assert set(held["members"]) == {slack.users[name] for name in ("pm", "techlead", "engineer")}
    assert held["capture_emoji"] == "pushpin"


async def test_what_does_not_fit_is_said_under_its_field(slack: Slack) -> None:
    pm = slack.person("pm")
    await set_up_team(slack)
    view = await _form(slack, "pm", "leads", "leads")
    assert (await pm.submit(view, {"timezone": "Berlin time", "name": " "})).errors == {
        "name": "Please fill this in.",
        "timezone": "I know no time zone of that name. Write it as Europe/Berlin or America/New_York.",
    }
    fine = {"timezone": "Europe/Berlin", "name": "Leads"}
    view = await _form(slack, "pm", "payments", "Payments")
    assert (await pm.submit(view, {"channel": "secret"})).errors == {
        "channel": "Pick a channel that you are in. Into a private one, invite me first: /invite there."
    }
    await set_up_team(slack, channel="leads", **fine)
    assert (await pm.submit(view, {"channel": "leads"})).errors == {"channel": home_of("Leads")}


async def test_the_emoji_is_kept_by_the_name_that_slack_tells_of(slack: Slack) -> None:
    await set_up_team(slack)
    for typed, kept in (
        (":pushpin:", "pushpin"),
        (" Pushpin ", "pushpin"),
        ("thumbsup", "+1"),
        (":thumbsdown:", "-1"),
        (":+1::skin-tone-3:", "+1"),
        (":e-mail:", "e-mail"),
        ("", None),
    ):
        view = await _form(slack, "pm", "payments", "Payments")
        assert (await slack.person("pm").submit(view, {"capture_emoji": typed})).errors == {}
        assert filled(await _form(slack, "pm", "payments", "Payments")).get("capture_emoji") == kept, typed


async def test_what_is_no_name_of_an_emoji_is_refused_under_it(slack: Slack) -> None:
    view = await _form(slack, "pm", "payments", "payments")
    for typed in ("👍", ":two words:", "pushpin, eyes", "<!here>"):
        assert (await slack.person("pm").submit(view, {"capture_emoji": typed})).errors == {
            "capture_emoji": "Write the emoji's name, as in :pushpin:. It has only letters a to z, digits, "
            "and _ + - ' in it."
        }


@pytest.mark.parametrize("door", ["general", "dm"])
async def test_a_form_for_a_new_team_never_overwrites_one_that_is_set_up(slack: Slack, door: str) -> None:
    await set_up_team(slack, capture_emoji="pushpin")
    before = filled(await _form(slack, "pm", "payments", "Payments"))
    engineer = slack.person("engineer")
    view = await _form(slack, "engineer", door, "Europe/Lisbon")
    refused = await engineer.submit(view, {"channel": "payments", "name": "My squad"})
    assert refused.errors == {"channel": home_of("Payments")}
    assert filled(await _form(slack, "pm", "payments", "Payments")) == before
    assert (await engineer.submit(view, {"channel": "general", "name": "My squad"})).errors == {}


async def test_a_team_that_only_a_first_record_made_can_be_set_up_from_anywhere(slack: Slack) -> None:
    await logged(slack, "Use webhooks", by="engineer")
    view = await _form(slack, "pm", "dm", "Europe/Berlin")
    answers = {"channel": "payments", "name": "Payments", "pm": "pm", "lead": "techlead"}
    assert (await slack.person("pm").submit(view, answers)).errors == {}
    assert "jointly" in words_of(await logged(slack, "Move to Rust"))


async def test_of_two_who_set_up_a_channel_at_once_the_second_undoes_nothing(slack: Slack) -> None:
    await logged(slack, "Use webhooks")
    forms = [(who, await _form(slack, who, "payments", "payments")) for who in ("pm", "engineer")]
    results = await asyncio.gather(
        *(slack.person(who).submit(view, {"name": f"Team of {who}"}) for who, view in forms)
    )
    refused = [result.errors for result in results if result.errors]
    (kept,) = (who for (who, _view), result in zip(forms, results, strict=True) if not result.errors)
    assert refused == [{"channel": home_of(f"Team of {kept}")}]
    await _form(slack, kept, "payments", f"Team of {kept}")


async def test_of_two_who_change_a_team_at_once_the_second_undoes_nothing(slack: Slack) -> None:
    await set_up_team(slack)
    pm, lead = slack.person("pm"), slack.person("techlead")
    late, soon = [await _form(slack, name, "payments", "Payments") for name in ("pm", "techlead")]
    assert (await lead.submit(soon, {"pm": "engineer2", "days_off": "2026-12-24"})).errors == {}
    refused = await pm.submit(late, {"timezone": "Europe/Paris"})
    assert "changed this team while you had the form open" in refused.errors["channel"]
    held = filled(await _form(slack, "pm", "payments", "Payments"))
    assert (held["pm"], held["days_off"]) == (slack.users["engineer2"], "2026-12-24")
    assert held["timezone"] == "Europe/Berlin"
    again = await _form(slack, "pm", "payments", "Payments")
    assert (await pm.submit(again, {"timezone": "Europe/Paris"})).errors == {}


async def test_what_comes_next_is_said_when_a_team_is_set_up_and_not_with_every_change(slack: Slack) -> None:
    await set_up_team(slack)
    assert "log your first decision" in words_of(await told(slack, "pm", "Saved: *Payments* in"))
    view = await _form(slack, "pm", "payments", "Payments")
    assert (await slack.person("pm").submit(view, {"name": "Payments crew"})).errors == {}
    said = words_of(await told(slack, "pm", "Saved: *Payments crew* in"))
    assert "decision" not in said


async def test_a_new_pm_decides_from_then_on_and_what_was_decided_jointly_stays_so(slack: Slack) -> None:
    pm, engineer, lead = (slack.users[name] for name in ("pm", "engineer", "techlead"))
    await set_up_team(slack)
    shown = await logged(slack, "Use webhooks")
    view = await _form(slack, "pm", "payments", "Payments")
    assert (await slack.person("pm").submit(view, {"pm": "engineer"})).errors == {}
    new = await logged(slack, "Move to Rust")
    assert f"decided by <@{engineer}> and <@{lead}> jointly" in words_of(new)
    await slack.person("engineer").press(shown, "decisions.acknowledge")
    then = await card(slack, "D-1", holding="1 knows")
    assert f"decided by <@{pm}> and <@{lead}> jointly" in words_of(then)
    held = filled(await _form(slack, "pm", "payments", "Payments"))
    assert pm in held["members"], "who was PM is still in the team"


async def test_where_only_owners_may_others_cannot_change_the_team(slack: Slack) -> None:
    await set_up_team(slack, who_may="Its makers, the PM and the tech lead")
    why = "Only the team's PM, tech lead or a workspace admin can change this. Ask one of them."
    with capture_logs() as lines:
        answer = await slack.person("engineer").command("payments", "/partner", "team")
        if answer.text != why:  # a slow machine opens the empty form first
            await told(slack, "engineer", why)
    assert [line for line in lines if line["log_level"] == "error"] == [], "a refusal is no fault"
    await _form(slack, "techlead", "payments", "Payments")


async def test_the_card_of_a_channel_without_a_team_leads_to_its_form(slack: Slack) -> None:
    pm = slack.person("pm")
    shown = await logged(slack, "Use webhooks")
    view = await shows(pm, await opens(pm, pm.press(shown, "partner.set_up")), "payments")
    assert (await pm.submit(view, {"pm": "pm", "lead": "techlead"})).errors == {}
    await pm.press(shown, "decisions.acknowledge")
    assert "Set up the team" not in labels(await card(slack, "D-1", "1 knows")), "it is offered no more"

"""Who sees and may do what, and what happens where the bot is not."""

import pytest

from tests.person import Slack, words_of
from tests.rituals.stories import (
    COMMAND,
    card,
    choose,
    form,
    gone,
    home,
    home_view,
    labels,
    logged,
    opens,
    saved,
    set_up_team,
    told,
)

pytestmark = [pytest.mark.alike, pytest.mark.usefixtures("bot")]

NONE_LIKE_IT = "There is no D-1 that you can see. `/decision list` shows what there is."


async def test_what_is_logged_in_a_private_channel_stays_among_its_members(slack: Slack) -> None:
    await logged(slack, "Lay off nobody", channel="leads", must_know=["techlead", "engineer"])
    engineer = slack.person("engineer")
    for question in ("list", "why lay off", "search nobody"):
        assert "D-1" in (await slack.person("techlead").command("payments", COMMAND, question)).text
        assert "D-1" not in (await engineer.command("payments", COMMAND, question)).text
    assert (await engineer.command("payments", COMMAND, "show D-1")).text == NONE_LIKE_IT
    assert "Lay off" in await home(slack, "techlead")
    assert "Lay off" not in await home(slack, "engineer")
    view = await form(engineer, "Lay off nobody at all")
    assert (await engineer.submit(view)).body == "", "not even as a similar one"


async def test_a_guest_sees_the_channels_they_are_in_and_no_other_public_one(slack: Slack) -> None:
    guest = slack.person("guest")
    shown = await logged(slack, "Use webhooks")
    await saved(slack, "Move the platform", by="techlead", channel="platform")
    listed = (await guest.command("payments", COMMAND, "list")).text
    assert "D-1" in listed
    assert "D-2" not in listed
    await guest.press(shown, "decisions.acknowledge")
    await card(slack, "D-1", "1 knows")


async def test_people_of_another_workspace_answer_and_cannot_change(slack: Slack) -> None:
    stranger = slack.person("stranger")
    shown = await logged(slack, "Share the API", channel="partners")
    await stranger.press(shown, "decisions.acknowledge")
    shown = await card(slack, "D-1", "1 knows", channel="partners")
    view = await opens(stranger, stranger.press(shown, "decisions.question"))
    assert (await stranger.submit(view, {"reason": "Until when?"})).errors == {}
    await slack.message("partners", "Until when?")
    assert "Edit" not in labels(await choose(stranger, shown, "open"))
    await stranger.press(shown, "decisions.change", "edit:1")
    await told(slack, "stranger", "Guests from another workspace can read and answer here.")


async def test_who_is_not_in_a_public_channel_reads_and_answers_there_and_changes_nothing(
    slack: Slack,
) -> None:
    designer = slack.person("designer")
    await saved(slack, "Use webhooks")
    page = await opens(designer, designer.command("general", COMMAND, "show D-1"))
    assert "Edit" not in labels(page)
    await slack.post("channels/payments", {"add": ["designer"]})
    page = await opens(designer, designer.command("payments", COMMAND, "show D-1"))
    assert "Edit" in labels(page)


async def test_where_the_bot_is_not_the_decision_is_kept_and_its_card_comes_after_the_invitation(
    slack: Slack,
) -> None:
    await saved(slack, "Move the platform", by="techlead", channel="platform")
    said = await told(slack, "techlead", "I cannot post in")
    assert "Invite me there with `/invite`, and what waits is sent." in words_of(said)
    assert "D-1" in (await slack.person("techlead").command("platform", COMMAND, "list")).text
    await slack.post("channels/platform", {"add": ["common_ground"]})
    await card(slack, "Move the platform", channel="platform")


async def test_what_could_not_be_posted_is_in_home_and_can_be_sent_again(slack: Slack) -> None:
    await set_up_team(slack)
    lead = slack.person("techlead")
    await slack.fault("chat.postMessage", "error", "restricted_action", channel="payments")
    await saved(slack, "Use webhooks")
    await told(slack, "pm", "I am not allowed to post in")
    assert "*1 message could not be posted*" in await home(slack, "techlead")
    assert "could not be posted" not in await home(slack, "engineer")
    await lead.press_in(await home_view(slack, "techlead"), "partner.send_again")
    await told(slack, "techlead", "I am trying again.")
    await card(slack, "Use webhooks")
    assert "Everything I wanted to post has been posted." in await home(slack, "techlead")


async def test_in_a_private_channel_without_the_bot_the_form_says_how_to_go_on(slack: Slack) -> None:
    owner = slack.person("owner")
    view = await form(owner, "Buy the other company", channel="secret")
    (said,) = (await owner.submit(view)).errors.values()
    assert said.startswith(
        "I cannot see that channel. If it is a private one, invite me with /invite and try"
    )
    assert not await gone(owner, view)
    await slack.post("channels/secret", {"add": ["common_ground"]})
    assert (await owner.submit(view)).body == ""
    await card(slack, "Buy the other company", channel="secret")


async def test_when_slack_does_not_say_what_one_can_see_nothing_is_shown_or_lost(slack: Slack) -> None:
    pm = slack.person("pm")
    view = await form(pm, "Use webhooks")
    await slack.fault("users.conversations", "error", "internal_error", times=2)
    (said,) = (await pm.submit(view)).errors.values()
    assert said.startswith("Slack is slow to say what you can see, so nothing was done.")
    assert "Slack is slow" in (await pm.command("payments", COMMAND, "list")).text
    assert (await pm.submit(view)).body == ""
    await card(slack, "Use webhooks")

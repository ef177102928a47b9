"""What is known of people and channels is asked for again when Slack says that it changed, and nothing else is."""

from collections import Counter

from bot.app import App
from tests.edge import door as d
from tests.edge.door import Door
from tests.person import Slack

LOOKED_UP = ("users.info", "users.conversations", "conversations.list")


async def lists(slack: Slack, *people: str) -> Counter[str]:
    """What Slack is asked about people and channels when these people each look at the list."""
    before = len(await slack.calls())
    for name in people:
        await slack.person(name).command("general", "/decision", "list")
    return Counter(c["method"] for c in (await slack.calls())[before:] if c["method"] in LOOKED_UP)


async def test_a_changed_profile_is_read_again_and_nobody_elses(slack: Slack, bot: App) -> None:
    await lists(slack, "pm", "engineer")
    await slack.post(f"users/{slack.users['pm']}", {"display_name": "Mo"})
    assert await lists(slack, "engineer") == {}
    assert await lists(slack, "pm") == {"users.info": 1, "users.conversations": 1}


async def test_who_joins_a_channel_is_asked_about_again_and_nobody_else(slack: Slack, bot: App) -> None:
    await lists(slack, "pm", "engineer", "designer")
    await slack.post(f"channels/{slack.channels['leads']}", {"add": ["designer"]})
    assert await lists(slack, "pm", "engineer") == {}
    assert await lists(slack, "designer") == {"users.info": 1, "users.conversations": 1}


async def test_where_the_bot_is_invited_everybody_is_asked_about_again(slack: Slack, bot: App) -> None:
    """Slack tells a bot only of the private channels that it is in."""
    await lists(slack, "pm", "engineer")
    added = await slack.post(
        "channels", {"name": "secret", "private": True, "bot": False, "members": ["pm", "engineer"]}
    )
    await slack.post(f"channels/{added['id']}", {"add": [slack.described["bot_user_id"]]})
    everybody = {"users.info": 2, "users.conversations": 2, "conversations.list": 1}
    assert await lists(slack, "pm", "engineer") == everybody


async def test_a_new_channel_and_one_made_private_are_seen_at_once_by_everybody(
    slack: Slack, bot: App, door: Door
) -> None:
    team, channel = slack.described["team_id"], slack.channels["general"]
    await lists(slack, "pm", "engineer")
    for told in (
        {"type": "channel_created", "channel": {"id": "C0NEW", "name": "new", "creator": slack.users["pm"]}},
        {"type": "channel_deleted", "channel": channel},
        {"type": "message", "subtype": "channel_convert_to_private", "channel": channel},
    ):
        await door.send(d.event(team, told))
        assert await lists(slack, "pm", "engineer") == {"conversations.list": 1}

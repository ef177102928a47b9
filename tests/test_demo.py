"""What the demo says when it starts."""

from bot import demo
from tests.person import Slack


async def test_the_demo_says_who_one_can_act_as_and_where(slack: Slack) -> None:
    said = demo._who(slack.local)
    for name, role in (("pm", "Priya Nair, Product manager"), ("guest", "Gita Rao, guest")):
        assert any(
            line.split()[:2] == [name, slack.users[name]] and role in line for line in said.splitlines()
        )
    assert "gone" not in said, "who has left cannot act"
    for name, channel_id in slack.channels.items():
        assert [f"#{name}", channel_id] in [line.split() for line in said.splitlines()]
    answered = await slack.post("as/pm/command", {"channel": "payments", "command": "/decision", "text": ""})
    assert "status" in answered, "a name is as good as an id"

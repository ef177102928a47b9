"""Slack says no: each no is understood, the right person hears of it once, and what waited goes on when it can."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import bot
from bot.clock import MovableClock
from bot.db.engine import Database
from bot.outbox import service as outbox
from bot.outbox.codes import CODES, KEY_LOST, NO_ANSWER, UNREACHABLE, UNREADABLE, Verdict, is_known
from bot.slack.clients import Clients
from bot.workspaces.models import Workspace
from tests.outbox.rig import Rig, running, seed
from tests.ports import free_port

# The list of errors at https://docs.slack.dev/reference/methods/chat.postMessage (2026-11)
DOCUMENTED = re.findall(
    r"\w+",
    """
access_denied accesslimited account_inactive agent_prompt_display_not_allowed app_access_restricted
as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_not_found
deprecated_endpoint draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
duplicate_channel_not_found duplicate_message_not_found ekm_access_denied enterprise_is_restricted fatal_error
internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_blocks
invalid_blocks_format invalid_charset invalid_form_data invalid_metadata_format invalid_metadata_schema
invalid_post_type is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled
metadata_must_be_sent_from_app metadata_too_large method_deprecated missing_file_data missing_post_type
missing_scope msg_blocks_too_long msg_too_long no_permission no_text not_allowed_token_type not_authed
not_in_channel org_login_required rate_limited ratelimited request_timeout restricted_action
restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
restricted_action_thread_only_channel send_on_behalf_not_allowed service_unavailable
slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked
team_access_not_granted team_added_to_org team_not_found token_expired token_revoked too_many_attachments
too_many_contact_cards two_factor_setup_required
""",
)

# What a person sees of each kind of answer, when Slack gives it once and would take the message afterwards.
OUTCOMES = {
    Verdict.RETRY: "sent",
    Verdict.UNCERTAIN: "sent",
    Verdict.PAUSE: "paused",
    Verdict.SUSPEND: "due",
    Verdict.DEAD: "dead",
}


async def test_every_error_that_slack_documents_is_understood(db: Database, clock: MovableClock) -> None:
    """One workspace an error, since some of them stop the whole workspace."""
    async with running(db, clock, seed(workspaces=len(DOCUMENTED))) as rig:
        sources = {}
        for number, code in enumerate(DOCUMENTED, start=1):
            await rig.fault("error", code, times=1, workspace=f"T{number}")
            sources[code] = await rig.post(
                source=f"wins:{code}:card",
                workspace_id=rig.workspaces[number - 1],
                recipient=rig.channel(workspace=number),
            )
        sender = rig.sender()
        for _ in range(3):
            await sender.send_due()
            rig.clock_moved(minutes=1)
        outcomes = {code: await rig.state_of(delivery_id) for code, delivery_id in sources.items()}
        assert outcomes == {code: OUTCOMES[CODES[code]] for code in DOCUMENTED}


# The lists at …/canvases.create, …/canvases.edit and …/pins.add (2026-11), beside what every method may answer.
OF_CANVASES_AND_PINS = """
canvas_creation_failed canvas_disabled_user_team free_teams_cannot_create_non_tabbed_canvases restricted_action
canvas_editing_failed canvas_not_found free_teams_cannot_edit_standalone_canvases canvas_tab_creation_failed
free_team_canvas_tab_already_exists team_tier_cannot_create_channel_canvases already_pinned bad_timestamp
channel_not_found external_channel_migrating message_not_found no_item_specified not_pinnable permission_denied
"""


@pytest.mark.parametrize("code", OF_CANVASES_AND_PINS.split())
def test_every_error_of_canvases_and_pins_is_understood(code: str) -> None:
    assert is_known(code)


async def test_an_error_that_slack_does_not_document_is_tried_five_times(rig: Rig) -> None:
    await rig.fault("error", "new_in_2027", times=100)
    await rig.post()
    assert await rig.send_all() == {"dead": 1}
    assert len(await rig.ledger("chat.postMessage")) == 5


async def test_slack_that_cannot_be_reached_is_tried_again(rig: Rig) -> None:
    await rig.post()
    async with Clients(api_url=f"http://127.0.0.1:{free_port()}/api/", timeout_seconds=1) as clients:
        assert await rig.sender(clients, retries=[timedelta(minutes=1)]).send_due() == 0
    assert await rig.states() == {"due": 1}
    rig.clock_moved(minutes=2)
    assert await rig.send_all() == {"sent": 1}


@pytest.mark.parametrize("size", [100, pytest.param(2000, marks=pytest.mark.slow)])
async def test_one_bad_message_in_a_hundred_stops_no_other_and_its_owner_hears_once(
    rig: Rig, size: int
) -> None:
    bad = size // 100
    await rig.post_all(
        {
            "text": f"{n}",
            "source": f"wins:{n}:card",
            "recipient": rig.channel(1 + n % 3),
            "tell": "U1OWNER",
            **({"payload": {"text": "bad", "blocks": [{"type": "nonsense"}]}} if n % 100 == 50 else {}),
        }
        for n in range(size)
    )
    assert await rig.send_all(seconds=120) == {"sent": size - bad + 1, "dead": bad}
    calls = await rig.ledger("chat.postMessage")
    tries = Counter(
        call["arguments"]["metadata"]["event_payload"]["id"] for call in calls if not call["committed"]
    )
    assert len(tries) == bad
    assert max(tries.values()) <= 5
    notices = [call for call in calls if call["arguments"]["channel"].startswith("D")]
    assert ["could not be sent" in call["arguments"]["text"] for call in notices] == [True]


@pytest.mark.parametrize("code", ["is_archived", "is_inactive"])
async def test_a_channel_that_takes_no_messages_is_told_once_and_gone_on_with_when_it_does(
    rig: Rig, code: str
) -> None:
    await rig.fault("error", code, times=3, channel=rig.channel())
    for n in range(3):
        await rig.post(f"{n}", source=f"wins:{n}:card", tell="U1OWNER")
        await rig.send_all()
    assert await rig.states() == {"paused": 3, "sent": 1}
    [told] = await rig.texts()
    assert "is archived" in told

    await rig.resume(rig.channel())
    assert await rig.send_all() == {"sent": 3}
    assert (await rig.texts())[1:] == ["0", "1", "2"]

    await rig.fault("error", "is_archived", times=1, channel=rig.channel())
    await rig.post("again", source="wins:4:card", tell="U1OWNER")
    await rig.send_all()
    assert "is archived" in (await rig.texts())[-1]


async def test_going_on_with_one_channel_leaves_the_others_paused(rig: Rig) -> None:
    await rig.fault("error", "not_in_channel", times=2)
    await rig.post("1", source="wins:1:card", recipient=rig.channel(1))
    await rig.post("2", source="wins:2:card", recipient=rig.channel(2))
    await rig.send_all()
    await rig.resume(rig.channel(2))
    assert await rig.send_all() == {"sent": 1, "paused": 1}
    assert await rig.texts() == ["2"]


async def test_a_person_can_send_a_dead_message_again_or_let_it_go(rig: Rig) -> None:
    await rig.fault("error", "no_text", times=2)
    again = await rig.post("again", source="wins:1:card")
    gone = await rig.post("gone", source="wins:2:card")
    await rig.send_all()
    async with rig.db.begin() as session:
        assert await outbox.retry(
            session, workspace_id=rig.workspace_id, delivery_id=again, now=rig.clock.now()
        )
        assert await outbox.skip(session, workspace_id=rig.workspace_id, delivery_id=gone)
        assert not await outbox.skip(session, workspace_id=rig.workspace_id + 1, delivery_id=again)
    assert await rig.send_all() == {"sent": 1, "skipped": 1}
    assert await rig.texts() == ["again"]


async def test_updating_a_message_that_somebody_deleted_is_no_trouble(rig: Rig) -> None:
    delivery_id = await rig.post("1")
    await rig.send_all()
    await rig.fault("error", "message_not_found", method="chat.update")
    await rig.update(delivery_id, "2")
    assert await rig.send_all() == {"sent": 1, "skipped": 1}


@pytest.mark.parametrize(
    "code",
    [
        "token_revoked",
        *(
            pytest.param(code, marks=pytest.mark.slow)
            for code in ("invalid_auth", "account_inactive", "token_expired")
        ),
    ],
)
async def test_a_workspace_that_refuses_our_token_is_left_alone_and_the_others_are_not(
    db: Database, clock: MovableClock, code: str
) -> None:
    async with running(db, clock, seed(workspaces=2, channels=100)) as rig:
        await rig.fault("latency", 0.01, workspace="T2", times=None)
        await rig.post_all(
            {
                "text": f"{n}",
                "source": f"wins:{n}:card",
                "workspace_id": rig.workspaces[workspace - 1],
                "recipient": rig.channel(n, workspace=workspace),
            }
            for n in range(1, 101)
            for workspace in (1, 2)
        )
        # The first fifty arrive; then every call is refused, however often it is made.
        await rig.fault("latency", 0, workspace="T1", times=50)
        await rig.fault("error", code, workspace="T1", times=None)
        sender = rig.sender(at_once=20)
        sender.start()
        try:
            await rig.until(lambda states: states["sent"] == 150 and not states["sending"])
        finally:
            await sender.stop()
        assert await rig.states() == {"sent": 150, "due": 50}
        assert len(await rig.ledger("chat.postMessage", team_id="T1")) <= 50 + 20
        async with db.read() as session:
            assert (await session.scalars(select(Workspace.state).order_by(Workspace.id))).all() == [
                "suspended",
                "active",
            ]

        await rig.clear_faults()
        async with db.begin() as session:  # installed again
            await session.execute(update(Workspace).values(state="active"))
            await outbox.resume(session, workspace_id=rig.workspaces[0], now=clock.now())
        assert await rig.send_all() == {"sent": 200}
        assert Counter(await rig.texts(team_id="T1")) == Counter(str(n) for n in range(1, 101))


async def test_nothing_is_sent_for_a_workspace_that_removed_us_in_the_middle(rig: Rig) -> None:
    await rig.post_all({"text": f"{n}", "source": f"wins:{n}:card"} for n in range(50))
    sender = rig.sender(at_once=1)
    sender.start()
    try:
        await rig.until(lambda states: states["sent"] >= 10)
        async with rig.db.begin() as session:
            await session.execute(update(Workspace).values(state="uninstalled"))
        removed_after = len(await rig.posted())
        await rig.post("later", source="wins:later:card", recipient=rig.channel(2))
        assert await rig.sender().send_due() == 0
    finally:
        await sender.stop()
    assert len(await rig.posted()) <= removed_after + 1


def test_every_verdict_that_the_code_makes_itself_is_in_the_table() -> None:
    assert {KEY_LOST, UNREACHABLE, NO_ANSWER, UNREADABLE} <= CODES.keys()


def test_slack_clients_are_made_in_one_place_only() -> None:
    """A client made elsewhere would retry by itself, and so post twice when an answer is lost."""
    root = Path(bot.__file__).parent
    makes_one = re.compile(r"\b(Async)?WebClient\(")
    makers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if makes_one.search(path.read_text()) and "playground" not in path.parts
    }
    assert makers == {"slack/clients.py"}
    assert (root / "slack/clients.py").read_text().count("retry_handlers=[]") == 1

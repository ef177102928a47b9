"""Every error code of the table, got from each method that answers it; and no code anywhere that is not in the table."""

import ast
import dataclasses
import io
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.playground
from bot.playground import methods
from bot.playground.answers import follow_submission
from bot.playground.app_link import AppAnswer
from bot.playground.arguments import JSON_ARGUMENTS
from bot.playground.methods.codes import CODES, ELSEWHERE
from bot.playground.methods.forms import FORM_ONLY
from bot.playground.server import LocalSlack
from bot.playground.world import Actor, ResponseUrl, Trigger, Watch
from tests.playground.conftest import Control
from tests.playground.rules_samples import Json, modal, section

# How a method is brought to answer with a code: by these arguments alone, or by a few steps.
Case = Callable[["Stage"], Awaitable[Json]]
CASES: dict[tuple[str, str], Case] = {}


class Stage:
    """A local Slack with a message of the app's, one of a person's and a deleted one; names stand for ids."""

    def __init__(self, slack: LocalSlack, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.session = session
        self.control = Control(session, slack.url)
        self.world = slack.state.world
        self.workspace = next(iter(self.world.workspaces.values()))
        known = slack.described()
        self.names: dict[str, Any] = {f"#{name}": channel for name, channel in known["channels"].items()}
        self.names |= {f"@{name}": user for name, user in known["users"].items()}
        self.names["@me"] = self.workspace.bot_user_id

    async def set(self) -> None:
        said = await self.ask("chat.postMessage", channel="#payments", text="mine")
        parent = await self.ask("chat.postMessage", channel="#payments", text="gone soon")
        await self.ask("chat.postMessage", channel="#payments", text="a reply", thread_ts=parent["ts"])
        await self.ask("chat.delete", channel="#payments", ts=parent["ts"])
        theirs = await self.control.act("pm", "message", channel="payments", text="theirs")
        self.names |= {"$mine": said["ts"], "$gone": parent["ts"], "$theirs": theirs["ts"]}

    async def ask(self, method: str, /, **arguments: Any) -> Json:
        """What Slack answers, whether it agrees or not."""
        given = {name: self.meant(value) for name, value in arguments.items()}
        token = given.pop("token", self.workspace.bot_token)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body: Any = io.BytesIO(json.dumps(given).encode())
        if method in FORM_ONLY:
            body = {
                name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()
            }
        else:
            headers |= {"Content-Type": "application/json"}
        async with self.session.post(self.slack.api_url + method, data=body, headers=headers) as response:
            answer: Json = await response.json()
            return answer

    def meant(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.meant(item) for item in value]
        return self.names.get(value, value) if isinstance(value, str) else value

    def trigger(self, *, seconds: float = 3, view: str | None = None) -> str:
        person = self.names["@pm"]
        expires = self.world.clock.monotonic() + seconds
        trigger = Trigger(
            secrets.token_hex(), self.workspace.id, person, expires, Watch(person, view_id=view)
        )
        self.world.triggers[trigger.id] = trigger
        return trigger.id

    async def opened(self, **more: Any) -> str:
        """The id of a form that is open before a person."""
        answer = await self.ask("views.open", trigger_id=self.trigger(), view=modal(section(), **more))
        view_id: str = answer["view"]["id"]
        return view_id


def case(error: str, *names: str) -> Callable[[Case], Case]:
    def add(run: Case) -> Case:
        CASES.update({(name, error): run for name in names})
        return run

    return add


def asked(error: str, names: str, /, **arguments: Any) -> None:
    """These arguments alone are answered with the error."""

    def one(method: str) -> Case:
        return lambda stage: stage.ask(method, **arguments)

    CASES.update({(method, error): one(method) for method in names.split()})


HERE: Json = {"channel": "#payments"}
POSTS: dict[str, Json] = {
    "chat.postMessage": HERE,
    "chat.update": {**HERE, "ts": "$mine"},
    "chat.postEphemeral": {**HERE, "user": "@pm"},
}
CONTENT: dict[str, Json] = {
    "no_text": {"text": ""},
    "msg_too_long": {"markdown_text": "x" * 12_001},
    "msg_blocks_too_long": {"text": "a", "blocks": [section("x" * 2_700)] * 5},
    "markdown_text_conflict": {"text": "a", "markdown_text": "b"},
    "invalid_blocks_format": {"text": "a", "blocks": "{"},
    "invalid_blocks": {"text": "a", "blocks": [{"type": "nonsense"}]},
    "invalid_attachments": {"text": "a", "attachments": ["nonsense"]},
    "invalid_attachments_format": {"text": "a", "attachments": "{"},
    "too_many_attachments": {"text": "a", "attachments": [{}] * 101},
    "invalid_metadata_format": {"text": "a", "metadata": {"event_type": "a"}},
    "metadata_too_large": {
        "text": "a",
        "metadata": {"event_type": "a", "event_payload": {"id": "x" * 9_000}},
    },
    "invalid_arguments": {"text": ["a"]},
}
for posting, place in POSTS.items():
    for code, content in CONTENT.items():
        asked(code, posting, **place, **content)

# who calls, and how
asked("unknown_method", "no.such.method")
asked("not_authed", "auth.test", token="")
asked("invalid_auth", "auth.test", token="xoxb-nobody")
asked("not_allowed_token_type", "apps.connections.open")
# arguments
asked("invalid_arguments", "chat.delete conversations.replies", **HERE)
asked("invalid_arguments", "chat.getPermalink conversations.setTopic", **HERE)
asked("invalid_arguments", "conversations.list", limit="many")
asked(
    "invalid_arguments",
    "conversations.history usergroups.users.list files.getUploadURLExternal files.info canvases.edit",
)
asked("invalid_arguments", "bookmarks.add", channel_id="#payments")
asked("invalid_arguments", "files.completeUploadExternal", files=[])
asked("invalid_arguments", "canvases.create", document_content={"type": "html"})
asked(
    "invalid_cursor",
    "conversations.list conversations.members conversations.history users.list",
    **HERE,
    cursor="x",
)
asked("invalid_limit", "conversations.list conversations.members users.list", **HERE, limit=0)
asked("invalid_types", "conversations.list users.conversations", types="club")
# messages
asked(
    "channel_not_found",
    "chat.postMessage chat.update chat.postEphemeral chat.delete chat.getPermalink",
    channel="C0",
)
asked(
    "channel_not_found", "conversations.info conversations.members conversations.history", channel="#secret"
)
asked("channel_not_found", "conversations.replies conversations.open conversations.join", channel="#secret")
asked(
    "channel_not_found", "conversations.invite conversations.leave conversations.setTopic", channel="#secret"
)
asked(
    "channel_not_found",
    "conversations.canvases.create canvases.create bookmarks.add bookmarks.list",
    channel_id="C0",
)
asked("channel_not_found", "pins.add pins.remove pins.list", channel="C0", timestamp="1.0")
asked("channel_not_found", "reactions.add reactions.remove reactions.get", channel="C0", timestamp="1.0")
asked("not_in_channel", "chat.postMessage conversations.history", channel="#platform", text="a")
asked("not_in_channel", "chat.postEphemeral", channel="#platform", user="@techlead")
asked(
    "not_in_channel", "conversations.replies conversations.invite conversations.setTopic", channel="#platform"
)
asked("not_in_channel", "pins.add reactions.add", channel="#platform", timestamp="1.0")
asked("not_in_channel", "bookmarks.add conversations.canvases.create canvases.create", channel_id="#platform")
asked("is_archived", "chat.postMessage chat.postEphemeral conversations.join", channel="#attic", user="@pm")
asked("is_archived", "conversations.invite conversations.setTopic", channel="#attic")
asked("is_archived", "reactions.add", channel="#attic", timestamp="1.0")
asked("cannot_dm_bot", "chat.postMessage", channel="@otherbot", text="a")
asked("cannot_dm_bot", "conversations.open", users="@otherbot")
asked("thread_not_found", "chat.postMessage", **HERE, text="a", thread_ts="1.0")
asked("thread_not_found", "conversations.replies", **HERE, ts="1.0")
asked("cannot_reply_to_message", "chat.postMessage", **HERE, text="a", thread_ts="$gone")
asked("message_not_found", "chat.update chat.delete", **HERE, ts="1.0")
asked("message_not_found", "chat.getPermalink", **HERE, message_ts="1.0")
asked("message_not_found", "pins.add pins.remove reactions.get", **HERE, timestamp="1.0")
asked("message_not_found", "reactions.add reactions.remove", **HERE, timestamp="1.0", name="eyes")
asked("cant_update_message", "chat.update", **HERE, ts="$theirs", text="a")
asked("cant_delete_message", "chat.delete", **HERE, ts="$theirs")
asked("user_not_in_channel", "chat.postEphemeral", **HERE, user="@owner", text="a")
# conversations and people
asked("invalid_ts_oldest", "conversations.history conversations.replies", **HERE, ts="$mine", oldest="once")
asked("invalid_ts_latest", "conversations.history conversations.replies", **HERE, ts="$mine", latest="soon")
asked("users_list_not_supplied", "conversations.open")
asked("too_many_users", "conversations.open", users=["@pm", "@techlead", "@engineer"] * 3)
asked("user_disabled", "conversations.open", users=["@gone"])
asked("user_not_found", "conversations.open conversations.invite", channel="", users="U0")
asked("user_not_found", "conversations.invite", **HERE, users="U0")
asked("user_not_found", "users.info users.conversations", user="U0")
asked("user_not_found", "views.publish", user_id="U0")
asked("method_not_supported_for_channel_type", "conversations.join", channel="#leads")
asked("no_user", "conversations.invite", **HERE)
asked("cant_invite_self", "conversations.invite", **HERE, users=["@me"])
asked("already_in_channel", "conversations.invite", **HERE, users=["@pm"])
asked("too_long", "conversations.setTopic", **HERE, topic="x" * 251)
asked("no_such_subteam", "usergroups.users.list", usergroup="S0")
asked("bot_not_found", "bots.info", bot="B0")
# what hangs on messages and channels
asked("no_item_specified", "pins.add pins.remove reactions.add reactions.remove reactions.get", **HERE)
asked("no_pin", "pins.remove", **HERE, timestamp="$mine")
asked("invalid_name", "reactions.add", **HERE, timestamp="$mine", name="not an emoji")
asked("no_reaction", "reactions.remove", **HERE, timestamp="$mine", name="eyes")
asked("invalid_bookmark_type", "bookmarks.add", channel_id="#payments", title="a", type="file")
asked("invalid_link", "bookmarks.add", channel_id="#payments", title="a", type="link", link="example.org")
asked(
    "file_not_found", "files.info files.delete files.completeUploadExternal", file="F0", files=[{"id": "F0"}]
)
asked("canvas_not_found", "canvases.edit", canvas_id="F0")
# views
FORM = modal(section())
HEAVY = modal(*[section("字" * 3_000)] * 30)
asked("invalid_trigger_id", "views.open views.push", trigger_id="1.2.abc", view=FORM)
asked("not_found", "views.update", view_id="V0", view=FORM)
asked("invalid_arguments", "views.publish", user_id="@pm", view=FORM)
asked("view_too_large", "views.publish", user_id="@pm", view={"type": "home", "blocks": HEAVY["blocks"]})
# installing
asked("invalid_client_id", "oauth.v2.access oauth.v2.exchange apps.uninstall", client_id="1.2")


@case("invalid_json", "auth.test")
async def _(stage: Stage) -> Json:
    return await raw(stage, "{not json")


@case("json_not_object", "auth.test")
async def _(stage: Stage) -> Json:
    return await raw(stage, "[]")


async def raw(stage: Stage, body: str) -> Json:
    headers = {"Content-Type": "application/json"}
    async with stage.session.post(stage.slack.api_url + "auth.test", data=body, headers=headers) as response:
        answer: Json = await response.json()
        return answer


@case("account_inactive", "auth.test")
async def _(stage: Stage) -> Json:
    stage.workspace.installed = False
    return await stage.ask("auth.test")


@case("token_revoked", "auth.test")
async def _(stage: Stage) -> Json:
    await stage.ask("auth.revoke")
    return await stage.ask("auth.test")


@case("token_expired", "auth.test")
async def _(stage: Stage) -> Json:
    stage.world.token_expires[stage.workspace.bot_token] = stage.world.clock.seconds()
    return await stage.ask("auth.test")


@case("not_allowed_token_type", "auth.test")
async def _(stage: Stage) -> Json:
    return await stage.ask("auth.test", token=stage.slack.app_token)


def without_scopes(method: str) -> Case:
    """The method is refused without any of its scopes, and a right of its own is asked for behind that door."""

    async def run(stage: Stage) -> Json:
        scopes = methods.METHODS[method].scopes
        stage.workspace.scopes -= frozenset(scopes)
        refused = await stage.ask(method, **HERE, types="public_channel", users="@pm")
        assert refused["needed"] == ",".join(scopes)
        if len(scopes) > 1:
            stage.workspace.scopes |= {scopes[-1]}
            refused = await stage.ask(
                method, **HERE | {"channel": "" if users(method) else "#payments"}, users="@pm"
            )
        return refused

    return run


def users(method: str) -> bool:
    return method == "conversations.open"


SCOPED = "chat.postMessage users.list conversations.list conversations.info conversations.members conversations.open"
WRITTEN = "canvases.create canvases.edit pins.add"
for scoped in (*SCOPED.split(), *WRITTEN.split(), "conversations.history", "conversations.replies"):
    CASES[scoped, "missing_scope"] = without_scopes(scoped)


@case("ratelimited", "chat.postMessage")
async def _(stage: Stage) -> Json:
    stage.slack.state.rate_limits.on = True
    await stage.ask("chat.postMessage", **HERE, text="one")
    return await stage.ask("chat.postMessage", **HERE, text="two")


@case("ratelimited", "users.list")
async def _(stage: Stage) -> Json:
    stage.slack.state.rate_limits.on = True
    answers = [await stage.ask("users.list") for _ in range(21)]
    assert all(answer["ok"] for answer in answers[:20])
    return answers[20]


@case("channel_not_found", "files.completeUploadExternal")
async def _(stage: Stage) -> Json:
    return await share(stage, channel_id="C0")


@case("not_in_channel", "files.completeUploadExternal")
async def _(stage: Stage) -> Json:
    return await share(stage, channel_id="#platform")


@case("thread_not_found", "files.completeUploadExternal")
async def _(stage: Stage) -> Json:
    return await share(stage, channel_id="#payments", thread_ts="1.0")


async def share(stage: Stage, **where: str) -> Json:
    file = await stage.ask("files.getUploadURLExternal", filename="a.csv", length=1)
    async with stage.session.post(file["upload_url"], data=b"x") as response:
        assert response.status == 200
    return await stage.ask("files.completeUploadExternal", files=[{"id": file["file_id"]}], **where)


@case("messages_tab_disabled", "chat.postMessage")
async def _(stage: Stage) -> Json:
    stage.world.manifest = dataclasses.replace(stage.world.manifest, messages_tab=False)
    return await stage.ask("chat.postMessage", channel="@pm", text="a")


@case("not_enabled", "views.publish")
async def _(stage: Stage) -> Json:
    stage.world.manifest = dataclasses.replace(stage.world.manifest, home_tab=False)
    return await stage.ask("views.publish", user_id="@pm", view={"type": "home", "blocks": [section()]})


@case("already_pinned", "pins.add")
async def _(stage: Stage) -> Json:
    await stage.ask("pins.add", **HERE, timestamp="$mine")
    return await stage.ask("pins.add", **HERE, timestamp="$mine")


@case("already_reacted", "reactions.add")
async def _(stage: Stage) -> Json:
    await stage.ask("reactions.add", **HERE, timestamp="$mine", name="eyes")
    return await stage.ask("reactions.add", **HERE, timestamp="$mine", name="eyes")


@case("canvas_creation_failed", "canvases.create")
async def _(stage: Stage) -> Json:
    full = {"type": "markdown", "markdown": "x" * 1024 * 1024}
    assert (await stage.ask("canvases.create", document_content=full))["ok"]
    return await stage.ask("canvases.create", document_content=full | {"markdown": "é" * 524_289})


@case("canvas_editing_failed", "canvases.edit")
async def _(stage: Stage) -> Json:
    canvas = await stage.ask("canvases.create")
    changes = [{"operation": "delete", "section_id": "s"}]
    return await stage.ask("canvases.edit", canvas_id=canvas["canvas_id"], changes=changes)


@case("channel_canvas_already_exists", "conversations.canvases.create")
async def _(stage: Stage) -> Json:
    await stage.ask("conversations.canvases.create", channel_id="#payments")
    return await stage.ask("conversations.canvases.create", channel_id="#payments")


@case("canvas_disabled_user_team", "canvases.create")
async def _(stage: Stage) -> Json:
    stage.workspace.plan = "no_canvases"
    return await stage.ask("canvases.create", channel_id="#payments")


@case("canvas_disabled_user_team", "canvases.edit")
async def _(stage: Stage) -> Json:
    canvas = await stage.ask("canvases.create")
    stage.workspace.plan = "no_canvases"
    return await stage.ask("canvases.edit", canvas_id=canvas["canvas_id"], changes=[])


@case("canvas_disabled_user_team", "conversations.canvases.create")
async def _(stage: Stage) -> Json:
    stage.workspace.plan = "no_canvases"
    return await stage.ask("conversations.canvases.create", channel_id="#payments")


@case("free_teams_cannot_create_non_tabbed_canvases", "canvases.create")
async def _(stage: Stage) -> Json:
    stage.workspace.plan = "free"
    return await stage.ask("canvases.create")


@case("free_team_canvas_tab_already_exists", "canvases.create")
async def _(stage: Stage) -> Json:
    stage.workspace.plan = "free"
    assert (await stage.ask("canvases.create", channel_id="#payments"))["ok"]
    return await stage.ask("canvases.create", channel_id="#payments")


@case("free_team_canvas_tab_already_exists", "conversations.canvases.create")
async def _(stage: Stage) -> Json:
    stage.workspace.plan = "free"
    await stage.control.act("pm", "canvas", channel="payments", title="Ours", markdown="")
    return await stage.ask("conversations.canvases.create", channel_id="#payments")


def with_trigger(method: str, view: Json = FORM, **more: Any) -> Case:
    async def run(stage: Stage) -> Json:
        below = await stage.opened(**more)
        trigger = stage.trigger(view=below if method == "views.push" else None)
        return await stage.ask(method, trigger_id=trigger, view_id=below, view=view)

    return run


for method in ("views.open", "views.push", "views.update"):
    CASES[method, "invalid_arguments"] = with_trigger(method, {"type": "modal"})
    CASES[method, "view_too_large"] = with_trigger(method, HEAVY)
NAMED = FORM | {"external_id": "one"}
for method in ("views.open", "views.push"):
    CASES[method, "duplicate_external_id"] = with_trigger(method, NAMED, external_id="one")


@case("duplicate_external_id", "views.update")
async def _(stage: Stage) -> Json:
    await stage.opened(external_id="one")
    return await stage.ask("views.update", view_id=await stage.opened(), view=NAMED)


def with_old_trigger(method: str, *, used: bool) -> Case:
    async def run(stage: Stage) -> Json:
        below = await stage.opened()
        trigger = stage.trigger(view=below, seconds=3 if used else -1)
        if used:
            assert (await stage.ask(method, trigger_id=trigger, view=FORM))["ok"]
        return await stage.ask(method, trigger_id=trigger, view=FORM)

    return run


for method in ("views.open", "views.push"):
    CASES[method, "exchanged_trigger_id"] = with_old_trigger(method, used=True)
    CASES[method, "expired_trigger_id"] = with_old_trigger(method, used=False)


@case("push_limit_reached", "views.push")
async def _(stage: Stage) -> Json:
    below = await stage.opened()
    pushed = [
        await stage.ask("views.push", trigger_id=stage.trigger(view=below), view=FORM) for _ in range(3)
    ]
    assert [answer["ok"] for answer in pushed] == [True, True, False]
    return pushed[2]


@case("duplicate_external_id", "views.publish")
async def _(stage: Stage) -> Json:
    await stage.opened(external_id="one")
    home = {"type": "home", "blocks": [section()], "external_id": "one"}
    return await stage.ask("views.publish", user_id="@pm", view=home)


@case("is_inactive", "chat.update")
async def _(stage: Stage) -> Json:
    stage.world.channels[stage.names["#payments"]].archived = True
    return await stage.ask("chat.update", **HERE, ts="$mine", text="a")


@case("hash_conflict", "views.update")
async def _(stage: Stage) -> Json:
    return await stage.ask("views.update", view_id=await stage.opened(), hash="1.abc", view=FORM)


@case("hash_conflict", "views.publish")
async def _(stage: Stage) -> Json:
    home = {"type": "home", "blocks": [section()]}
    first = await stage.ask("views.publish", user_id="@pm", view=home)
    assert (await stage.ask("views.publish", user_id="@pm", view=home, hash=first["view"]["hash"]))["ok"]
    return await stage.ask("views.publish", user_id="@pm", view=home, hash=first["view"]["hash"])


def as_app(method: str, **arguments: Any) -> Case:
    """A call with the app's id and secret, to a workspace that just granted the code `good`."""

    async def run(stage: Stage) -> Json:
        known = stage.slack.described()
        app = {"client_id": known["client_id"], "client_secret": known["client_secret"]}
        redirect = "https://bot.example/back"
        asked = {"client_id": app["client_id"], "scope": "chat:write", "redirect_uri": redirect}
        url = f"{stage.slack.url}/oauth/v2/authorize"
        async with stage.session.get(url, params=asked, allow_redirects=False) as response:
            stage.names["$good"] = response.headers["Location"].partition("code=")[2]
        answer = await stage.ask(method, **app | arguments)
        return await stage.ask(method, **app | arguments) if answer["ok"] else answer

    return run


for method in ("oauth.v2.access", "oauth.v2.exchange", "apps.uninstall"):
    CASES[method, "bad_client_secret"] = as_app(method, client_secret="guess")
CASES["oauth.v2.access", "invalid_code"] = as_app("oauth.v2.access", code="invented")
CASES["oauth.v2.access", "code_already_used"] = as_app("oauth.v2.access", code="$good")
CASES["oauth.v2.access", "bad_redirect_uri"] = as_app(
    "oauth.v2.access", code="$good", redirect_uri="https://x"
)
CASES["oauth.v2.access", "invalid_refresh_token"] = as_app(
    "oauth.v2.access", grant_type="refresh_token", refresh_token="spent"
)


def to_response_url(*, seconds: int, times: int) -> Case:
    async def run(stage: Stage) -> Json:
        path = f"/response/{stage.workspace.id}/1/abc"
        channel, person = stage.names["#payments"], stage.names["@pm"]
        stage.world.response_urls[path] = ResponseUrl(
            team_id=stage.workspace.id,
            channel_id=channel,
            user_id=person,
            expires=stage.world.clock.seconds() + seconds,
        )
        said = []
        for _ in range(times):
            async with stage.session.post(stage.slack.url + path, json={"text": "a"}) as response:
                said.append(await response.text())
        assert said[:-1] == ["ok"] * (times - 1)
        answer: Json = json.loads(said[-1])
        return answer

    return run


CASES["response_url", "expired_url"] = to_response_url(seconds=-1, times=1)
CASES["response_url", "used_url"] = to_response_url(seconds=60, times=6)


def to_submission(**answer: Any) -> Case:
    async def run(stage: Stage) -> Json:
        person = stage.workspace.people[stage.names["@pm"]]
        view_id = await stage.opened()
        result = follow_submission(
            stage.world, Actor(person, stage.workspace), view_id, AppAnswer(200, answer)
        )
        return {"ok": False, "error": result.more["because"]}

    return run


CASES["view_submission", "invalid_response_action"] = to_submission(response_action="dance")
CASES["view_submission", "invalid_errors"] = to_submission(
    response_action="errors", errors={"nowhere": "No."}
)

PAIRS = [(method, code.error) for code in (*CODES, *ELSEWHERE) for method in code.methods]


@pytest.fixture
async def stage(slack: LocalSlack, session: aiohttp.ClientSession) -> Stage:
    stage = Stage(slack, session)
    await stage.set()
    return stage


@pytest.mark.parametrize(("method", "error"), PAIRS, ids=[f"{method}-{error}" for method, error in PAIRS])
async def test_a_method_answers_with_this_code(stage: Stage, method: str, error: str) -> None:
    answer = await CASES[method, error](stage)
    assert answer["ok"] is False
    assert answer["error"] == error


def test_the_table_and_these_cases_have_the_same_pairs() -> None:
    assert len(PAIRS) == len(set(PAIRS))
    assert set(CASES) == set(PAIRS)


PLAYGROUND = Path(bot.playground.__file__).parent
NODES = {
    path.relative_to(PLAYGROUND).as_posix(): list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    for path in sorted(PLAYGROUND.rglob("*.py"))
    if path.name not in ("codes.py", "listing.py")
}
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = [(name, node) for name, nodes in NODES.items() for node in nodes if isinstance(node, Function)]

# Calls that carry a code: by name, at which argument. Functions that hand a parameter on to one of these join them.
CARRIERS = {"SlackError": 0, "Refusal": 0}
# Where the code is no word in the source and no parameter.
SAID_ELSEWHERE = {
    "answers.py": "str(answer.status)",  # what the app answered to a form
    "arguments.py": "error",  # of JSON_ARGUMENTS
    "content.py": "refusal.error",  # of the rule book
    "errors.py": "self.error",
    "methods/auth.py": "error",  # api.test answers with what it is told to
    "replies.py": "str(fault.value or 'internal_error')",  # a fault that was asked for
}


def parameters(function: Function) -> list[str]:
    return [parameter.arg for parameter in function.args.args if parameter.arg not in ("self", "cls")]


def carried(nodes: Iterable[ast.AST], carriers: Mapping[str, int]) -> Iterator[ast.expr]:
    """The expressions in this code that become an error code."""
    for node in nodes:
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in carriers and len(node.args) > carriers[name]:
                yield node.args[carriers[name]]
        elif isinstance(node, ast.Dict):  # an answer written out
            known = {
                ast.unparse(key): value for key, value in zip(node.keys, node.values, strict=True) if key
            }
            if ast.unparse(known.get("'ok'", node)) == "False":
                yield known["'error'"]


def words(expression: ast.AST) -> set[str]:
    """The words that an expression may become; not those it only looks at."""
    match expression:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp():
            return words(expression.body) | words(expression.orelse)
        case _:
            return set()


def all_carriers() -> dict[str, int]:
    carriers, before = dict(CARRIERS), 0
    while len(carriers) > before:
        before = len(carriers)
        for _, function in FUNCTIONS:
            names = parameters(function)
            handed = {e.id for e in carried(ast.walk(function), carriers) if isinstance(e, ast.Name)}
            for name in handed & set(names):
                carriers[function.name] = names.index(name)
    return carriers


@pytest.fixture(scope="module")
def raised() -> dict[str, set[str]]:
    """Every code in the source of the local Slack, by file."""
    carriers = all_carriers()
    found = {name: set().union(*map(words, carried(nodes, carriers))) for name, nodes in NODES.items()}
    found["arguments.py"] |= set(JSON_ARGUMENTS.values())
    for name, function in FUNCTIONS:
        defaults = dict(zip(reversed(parameters(function)), reversed(function.args.defaults), strict=False))
        if function.name in carriers:
            carrying = parameters(function)[carriers[function.name]]
            found[name] |= words(defaults.get(carrying, ast.Pass()))
    return found


def test_no_code_is_raised_that_is_not_in_the_table(raised: dict[str, set[str]]) -> None:
    listed = {code.error for code in (*CODES, *ELSEWHERE)}
    assert {name: codes - listed for name, codes in raised.items() if codes - listed} == {}
    assert listed - set().union(*raised.values()) == set(), "nothing answers these any more"


def test_a_code_is_listed_for_a_method_of_the_module_that_raises_it(raised: dict[str, set[str]]) -> None:
    modules = [module for module in vars(methods).values() if isinstance(getattr(module, "METHODS", 0), dict)]
    for module in modules:
        listed = {code.error for code in CODES if set(code.methods) & set(module.METHODS)}
        assert raised[f"methods/{module.__name__.rpartition('.')[2]}.py"] <= listed
    assert len(modules) > 10


def test_every_code_can_be_read_in_the_source() -> None:
    """A code put together at run time would slip past the tests above."""
    known = {name: {SAID_ELSEWHERE.get(name, "")} for name in NODES}
    for name, function in FUNCTIONS:
        known[name] |= set(parameters(function))
    unread = [
        (name, ast.unparse(expression))
        for name, nodes in NODES.items()
        for expression in carried(nodes, CARRIERS)
        if not words(expression) and ast.unparse(expression) not in known[name]
    ]
    assert unread == []

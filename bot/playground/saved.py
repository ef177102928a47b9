"""A local Slack on disk: what it holds, where its clock is, and the secrets of its seed, in one JSON file."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.playground.json_types import Json
from bot.playground.seed import Seed
from bot.playground.state import State
from bot.playground.world import ResponseUrl, View, Workspace

VERSION: Literal[1] = 1


class UnreadableError(Exception):
    """The file is broken, or another version of the local Slack wrote it."""


@dataclass(frozen=True)
class Saved:
    """What was under way when it was written is gone: triggers of three seconds, faults, the ledger."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    version: Literal[1]
    url: str
    ahead: timedelta
    """How far the clock was moved."""
    seed: Json
    """With its secrets, for `LocalSlack(seed)`."""
    last_ids: dict[str, int]
    workspaces: list[Workspace]
    tokens: dict[str, str]
    """Bot token → workspace."""
    refresh_tokens: dict[str, str]
    token_expires: dict[str, int]
    views: dict[str, View]
    stacks: dict[str, list[str]]
    homes: list[View]
    response_urls: dict[str, ResponseUrl]
    files: dict[str, Json]
    file_contents: dict[str, bytes]


_FORM = TypeAdapter(Saved)
_DERIVED: Any = {"workspaces": {"__all__": {"direct_messages"}}}  # from the channels; and no key of JSON's


def write(state: State, path: Path) -> None:
    """The whole file or, whatever happens, the one before. For its owner alone: it holds tokens and what was said."""
    text = _FORM.dump_json(_taken(state), exclude=_DERIVED)
    beside = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        beside.unlink()
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> Saved:
    """Raises UnreadableError, in the words of what is wrong."""
    return _parsed(path.read_bytes())


def put_back(saved: Saved, state: State) -> None:
    """Into a local Slack that was started with the saved seed; addresses become those it has now."""
    if saved.url != state.url:
        text = _FORM.dump_json(saved, exclude=_DERIVED)
        saved = _parsed(text.replace(saved.url.encode(), state.url.encode()))
    world = state.world
    state.clock.advance(saved.ahead - state.clock.ahead)
    world.ids.last = dict(saved.last_ids)
    world.workspaces, world.people, world.channels = {}, {}, {}
    for workspace in saved.workspaces:
        _add(state, workspace)
    world.by_bot_token = {token: world.workspaces[team_id] for token, team_id in saved.tokens.items()}
    world.refresh_tokens, world.token_expires = saved.refresh_tokens, saved.token_expires
    world.views, world.stacks = saved.views, saved.stacks
    world.homes = {(view.team_id, view.user_id): view for view in saved.homes}
    world.views |= {view.body["id"]: view for view in saved.homes}
    world.response_urls = saved.response_urls
    world.files, world.file_contents = saved.files, saved.file_contents


def _taken(state: State) -> Saved:
    world = state.world
    homes = list(world.homes.values())
    at_home = {view.body["id"] for view in homes}
    return Saved(
        version=VERSION,
        url=state.url,
        ahead=state.clock.ahead,
        seed=_with_secrets(state.seed),
        last_ids=world.ids.last,
        workspaces=list(world.workspaces.values()),
        tokens={token: workspace.id for token, workspace in world.by_bot_token.items()},
        refresh_tokens=world.refresh_tokens,
        token_expires=world.token_expires,
        views={name: view for name, view in world.views.items() if name not in at_home},
        stacks=world.stacks,
        homes=homes,
        response_urls=world.response_urls,
        files=world.files,
        file_contents=world.file_contents,
    )


def _with_secrets(seed: Seed) -> Json:
    described = [
        {**workspace, "bot_token": token}
        for workspace, token in zip(seed.document["workspaces"], seed.bot_tokens, strict=True)
    ]
    return {
        **seed.document,
        "workspaces": described,
        "app_id": seed.app_id,
        "app_token": seed.app_token,
        "signing_secret": seed.signing_secret,
        "client_id": seed.client_id,
        "client_secret": seed.client_secret,
    }


def _parsed(text: bytes) -> Saved:
    try:
        return _FORM.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UnreadableError(f"{where}: {first['msg']}" if where else str(first["msg"])) from None


def _add(state: State, workspace: Workspace) -> None:
    """Who and what several workspaces share is one again."""
    world = state.world
    channels, workspace.channels = workspace.channels, {}
    world.workspaces[workspace.id] = workspace
    workspace.people = {
        name: world.people.setdefault(name, person) for name, person in workspace.people.items()
    }
    for channel in channels.values():
        world.add_channel(channel)

"""Who and what is in a local Slack when it starts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.playground import manifest as manifests
from bot.playground.clock import Clock
from bot.playground.ids import Ids, secret
from bot.playground.json_types import Json
from bot.playground.manifest import Manifest
from bot.playground.world import AppIdentity, Channel, Person, Workspace, World

DEFAULT: Json = {
    "workspaces": [
        {
            "name": "Acme",
            "domain": "acme",
            "users": [
                {"name": "pm", "real_name": "Priya Nair", "title": "Product manager", "tz": "Europe/Berlin"},
                {
                    "name": "techlead",
                    "real_name": "Tomás Rivera",
                    "title": "Tech lead",
                    "tz": "Europe/Berlin",
                },
                {"name": "engineer", "real_name": "Erin Walsh", "title": "Engineer", "tz": "Europe/Lisbon"},
                {"name": "engineer2", "real_name": "Kenji Mori", "title": "Engineer", "tz": "Asia/Tokyo"},
                {
                    "name": "engineer3",
                    "real_name": "Ana Souza",
                    "title": "Engineer",
                    "tz": "America/Sao_Paulo",
                },
                {"name": "designer", "real_name": "Dana Levi", "title": "Designer", "tz": "America/New_York"},
                {"name": "admin", "real_name": "Ada Berg", "role": "admin", "tz": "Europe/Oslo"},
                {"name": "owner", "real_name": "Omar Haddad", "role": "owner", "tz": "Europe/Paris"},
                {"name": "guest", "real_name": "Gita Rao", "role": "guest", "tz": "Asia/Kolkata"},
                {"name": "stranger", "real_name": "Sam Partner", "role": "stranger", "tz": "Europe/London"},
                {"name": "otherbot", "real_name": "Other Bot", "role": "bot"},
                {"name": "gone", "real_name": "Gil Former", "deactivated": True},
            ],
            "channels": [
                {"name": "general", "members": "all"},
                {
                    "name": "payments",
                    "members": ["pm", "techlead", "engineer", "engineer2", "engineer3", "guest"],
                },
                {"name": "platform", "members": ["techlead", "engineer"], "bot": False},
                {"name": "leads", "members": ["pm", "techlead"], "private": True},
                {"name": "secret", "members": ["owner", "admin"], "private": True, "bot": False},
                {"name": "attic", "members": ["pm"], "archived": True},
                {"name": "partners", "members": ["pm", "techlead", "stranger"], "ext_shared": True},
            ],
            "usergroups": [
                {"handle": "payments-team", "name": "Payments", "users": ["pm", "techlead", "engineer"]},
            ],
        }
    ]
}


@dataclass(slots=True)
class Seed:
    """A seed document with its secrets fixed, so that a reset keeps every token."""

    document: Json
    manifest: Manifest
    app_id: str
    app_token: str
    signing_secret: str
    client_id: str
    client_secret: str
    bot_tokens: list[str] = field(default_factory=list)


def load(source: Path | Mapping[str, object] | None = None, manifest: Path | Json | None = None) -> Seed:
    """From a JSON or YAML file, a document, or nothing for the default team."""
    document: Json
    if source is None:
        document = DEFAULT
    elif isinstance(source, Path):
        text = source.read_text(encoding="utf-8")
        document = json.loads(text) if source.suffix == ".json" else yaml.safe_load(text)
    else:
        document = dict(source)
    workspaces: list[Json] = document.get("workspaces") or DEFAULT["workspaces"]
    wanted = manifest if manifest is not None else document.get("manifest")
    return Seed(
        document={**document, "workspaces": workspaces},
        manifest=_manifest(wanted),
        app_id=document.get("app_id", "A0LOCAL0001"),
        app_token=document.get("app_token") or f"xapp-1-A0LOCAL0001-local-{secret()}",
        signing_secret=document.get("signing_secret") or secret(32),
        client_id=document.get("client_id", "1000000000.1000000001"),
        client_secret=document.get("client_secret") or secret(32),
        bot_tokens=[
            w.get("bot_token") or f"xoxb-local-{n}-{secret()}" for n, w in enumerate(workspaces, start=1)
        ],
    )


def _manifest(wanted: Path | str | Json | None) -> Manifest:
    if wanted is None:
        return manifests.EVERYTHING
    if isinstance(wanted, dict):
        return manifests.parse(wanted)
    return manifests.load(Path(wanted))


def grow(seed: Seed, clock: Clock, url: str) -> World:
    """A fresh world as the seed describes it."""
    world = World(
        app=AppIdentity(seed.app_id, seed.client_id, seed.client_secret),
        manifest=seed.manifest,
        clock=clock,
        ids=Ids(),
        url=url,
    )
    for token, described in zip(seed.bot_tokens, seed.document["workspaces"], strict=True):
        _add_workspace(world, described, token)
    return world


def _add_workspace(world: World, described: Json, bot_token: str) -> None:
    granted = frozenset(described.get("scopes", world.manifest.scopes)) - frozenset(
        described.get("withheld_scopes", [])
    )
    workspace = Workspace(
        id=described.get("team_id") or world.ids.new("T"),
        name=described["name"],
        domain=described.get("domain") or described["name"].lower(),
        bot_token=bot_token,
        bot_user_id=world.ids.new("U"),
        bot_id=world.ids.new("B"),
        scopes=granted,
        installed=described.get("installed", True),
        plan=described.get("plan", "paid"),
    )
    world.add_workspace(workspace)
    bot_name = world.manifest.name.lower().replace(" ", "_")
    bot: Json = {
        "id": workspace.bot_user_id,
        "name": bot_name,
        "real_name": world.manifest.name,
        "role": "bot",
    }
    add_person(world, workspace, bot)
    for person in described.get("users", []):
        add_person(world, workspace, person)
    for channel in described.get("channels", []):
        add_channel(world, workspace, channel)
    for group in described.get("usergroups", []):
        _add_usergroup(world, workspace, group)


def add_person(world: World, workspace: Workspace, described: Json) -> Person:
    role = described.get("role", "member")
    person = Person(
        id=described.get("id") or world.ids.new("U"),
        team_id=described.get("team_id") or ("T0STRANGE01" if role == "stranger" else workspace.id),
        name=described["name"],
        real_name=described.get("real_name") or described["name"],
        tz=described.get("tz", "Etc/UTC"),
        role=role,
        deactivated=described.get("deactivated", False),
        updated=world.clock.seconds(),
        display_name=str(described.get("display_name") or described["name"]),
        title=described.get("title", ""),
        enterprise_user=described.get("enterprise_user"),
    )
    world.people[person.id] = workspace.people[person.id] = person
    return person


def add_channel(world: World, workspace: Workspace, described: Json) -> Channel:
    names = described.get("members", [])
    if names == "all":
        members = [
            p.id for p in workspace.people.values() if not p.deactivated and p.role not in ("bot", "stranger")
        ]
    else:
        members = [member_id(workspace, name) for name in names]
    if described.get("bot", True):
        members.append(workspace.bot_user_id)
    return world.add_channel(
        Channel(
            id=described.get("id") or world.ids.new("C"),
            team_id=workspace.id,
            name=described["name"],
            kind="private" if described.get("private") else "public",
            created=world.clock.seconds(),
            creator=members[0] if members else workspace.bot_user_id,
            members=dict.fromkeys(members),
            archived=described.get("archived", False),
            ext_shared=described.get("ext_shared", False),
        )
    )


def member_id(workspace: Workspace, name_or_id: str) -> str:
    """The id of a person of this workspace; ValueError for a seed that names nobody."""
    if name_or_id in workspace.people:
        return name_or_id
    for person in workspace.people.values():
        if person.name == name_or_id:
            return person.id
    raise ValueError(f"the seed names {name_or_id}, who is not among the users of {workspace.name}")


def _add_usergroup(world: World, workspace: Workspace, described: Json) -> None:
    group_id = described.get("id") or world.ids.new("S")
    users = [member_id(workspace, name) for name in described.get("users", [])]
    workspace.usergroups[group_id] = {
        "id": group_id,
        "team_id": workspace.id,
        "is_usergroup": True,
        "name": described.get("name", described["handle"]),
        "handle": described["handle"],
        "description": described.get("description", ""),
        "date_delete": 0,
        "users": users,
        "user_count": len(users),
    }

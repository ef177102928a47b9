"""People, channels and messages in the shape Slack answers with."""

from functools import cache
from zoneinfo import ZoneInfo

from bot.playground.clock import Clock
from bot.playground.json_types import Json
from bot.playground.world import Channel, Person, Workspace

zone = cache(ZoneInfo)  # its own cache holds eight, and a workspace of nine zones reads files all day


def user(person: Person, workspace: Workspace, clock: Clock) -> Json:
    profile: Json = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "team": person.team_id,
    }
    if "users:read.email" in workspace.scopes and person.role != "bot":
        profile["email"] = f"{person.name}@{workspace.domain}.example"
    shown: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deactivated,
        "profile": profile,
        "is_bot": person.role == "bot",
        "is_app_user": False,
        "updated": person.updated,
    }
    if person.role == "stranger":
        shown["is_stranger"] = True
    if person.enterprise_user:
        shown["enterprise_user"] = person.enterprise_user
    if person.deactivated:
        return shown
    offset = clock.now().astimezone(zone(person.tz)).utcoffset()
    return shown | {
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": person.role in ("admin", "owner"),
        "is_owner": person.role == "owner",
        "is_primary_owner": False,
        "is_restricted": person.role in ("guest", "single_channel_guest"),
        "is_ultra_restricted": person.role == "single_channel_guest",
        "is_email_confirmed": True,
    }


def slackbot(workspace: Workspace) -> Json:
    """Slack's own bot, which does not say it is one."""
    return {
        "id": "USLACKBOT",
        "team_id": workspace.id,
        "name": "slackbot",
        "deleted": False,
        "real_name": "Slackbot",
        "tz": "America/Los_Angeles",
        "profile": {"real_name": "Slackbot", "display_name": "Slackbot", "team": workspace.id},
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }


def conversation(channel: Channel, workspace: Workspace) -> Json:
    if channel.kind == "im":
        return _direct_message(channel, workspace)
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "unlinked": 0,
        "is_shared": channel.ext_shared,
        "is_ext_shared": channel.ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": workspace.id,
        "shared_team_ids": [workspace.id],
        "is_member": workspace.bot_user_id in channel.members,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "num_members": len(channel.members),
    }


def _direct_message(channel: Channel, workspace: Workspace) -> Json:
    other = next(
        (member for member in channel.members if member != workspace.bot_user_id), workspace.bot_user_id
    )
    person = workspace.people.get(other)
    return {
        "id": channel.id,
        "created": channel.created,
        "is_im": True,
        "is_archived": False,
        "is_org_shared": False,
        "context_team_id": workspace.id,
        "user": other,
        "is_user_deleted": person is not None and person.deactivated,
        "is_open": True,
    }


def message(channel: Channel, ts: str, *, with_metadata: bool = False) -> Json:
    """A message as history shows it; metadata only to those who ask."""
    body = channel.messages[ts]
    metadata = channel.metadata.get(ts)
    return {**body, "metadata": metadata} if with_metadata and metadata else body

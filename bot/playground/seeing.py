"""What a person can see: conversations they may look into, messages and ephemerals in them."""

from bot.playground.errors import ClientRefusalError, NotThereError
from bot.playground.json_types import Json
from bot.playground.world import Actor, Channel, World


def conversation(world: World, actor: Actor, where: str) -> Channel:
    """A channel by name or id, or `dm` (or the app's name) for the direct messages with the app."""
    workspace = actor.workspace
    app = workspace.people[workspace.bot_user_id]
    if where.lstrip("@") in ("dm", app.id, app.name):
        return world.open_direct_message(workspace, actor.person.id)
    channel = world.channel(where, workspace.id)
    guest = actor.person.role in ("guest", "single_channel_guest", "stranger")
    if actor.person.id not in channel.members and (channel.kind != "public" or guest):
        raise ClientRefusalError(f"{actor.person.name} cannot see #{channel.name or channel.id}")
    return channel


def message(actor: Actor, channel: Channel, at: str) -> Json:
    standing = channel.messages.get(at)
    if standing is not None:
        return standing
    for ephemeral in actor.workspace.ephemerals:
        if ephemeral["ts"] == at and ephemeral["shown_to"] == actor.person.id:
            return ephemeral
    raise NotThereError(f"{actor.person.name} sees no message {at} in #{channel.name or channel.id}")

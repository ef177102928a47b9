"""Reading a call: the arguments from query, form or JSON, and the token from the header or among them."""

import json
from urllib.parse import parse_qsl

from aiohttp import BasicAuth, web

from bot.playground.errors import SlackError
from bot.playground.json_types import Json

# Arguments that hold JSON even when the body is a form, and Slack's answer when they do not.
JSON_ARGUMENTS = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments_format",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
    "files": "invalid_arguments",
    "document_content": "invalid_arguments",
    "changes": "invalid_arguments",
}


async def read_arguments(request: web.Request, *, takes_json: bool) -> Json:
    """Raises SlackError for a body Slack cannot read; one that the method does not take is not looked into."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        if takes_json:
            arguments.update(_json_object(await request.read()))
        return arguments
    if request.content_type == "multipart/form-data":
        arguments.update(await request.post())
    elif request.body_exists:
        arguments.update(parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True))
    return arguments


def _json_object(body: bytes) -> Json:
    if not body:
        return {}
    try:
        decoded = json.loads(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(decoded, dict):
        raise SlackError("json_not_object")
    return decoded


def unfold(arguments: Json) -> None:
    """Decodes the arguments that came as JSON text; Slack takes them so in JSON bodies too."""
    for name, error in JSON_ARGUMENTS.items():
        value = arguments.get(name)
        if isinstance(value, str):
            try:
                arguments[name] = json.loads(value) if value else None
            except ValueError:
                raise SlackError(error) from None


def take_credentials(request: web.Request, arguments: Json) -> None:
    """The app's id and secret from a Basic header, where OAuth's own methods carry them."""
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("basic "):
        try:
            given = BasicAuth.decode(header)
        except ValueError:
            return
        arguments |= {"client_id": given.login, "client_secret": given.password}


def take_token(request: web.Request, arguments: Json) -> str | None:
    """The token of the call; it leaves the arguments, so that it is written down nowhere."""
    among_arguments = arguments.pop("token", None)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else among_arguments


SECRET_KEYS = frozenset({"client_secret", "access_token", "refresh_token", "code"})


def without_secrets(said: Json) -> Json:
    """What was said, fit to be written down."""
    return {key: "…" if key in SECRET_KEYS else value for key, value in said.items()}

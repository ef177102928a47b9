"""The one name for a decoded JSON object, as Slack sends and takes them."""

from typing import Any

Json = dict[str, Any]

"""Why the local Slack says no: to the app (a code of the Web API) or to the person (what Slack's client would not do)."""

from bot.playground.json_types import Json


class SlackError(Exception):
    """An answer `{"ok": false, "error": …}`; `details` are further keys of that answer."""

    def __init__(
        self, error: str, *, rule: str | None = None, source: str | None = None, **details: object
    ) -> None:
        super().__init__(error)
        self.error = error
        self.rule = rule
        self.source = source
        self.details = details

    def answer(self) -> Json:
        return {"ok": False, "error": self.error, **self.details}


class ClientRefusalError(Exception):
    """What Slack's own client stops before any request goes to the app; `errors` by block id where it has a place."""

    def __init__(self, reason: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.errors = errors or {}


class NotThereError(Exception):
    """A control call names somebody or something this local Slack does not have."""

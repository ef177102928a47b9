"""Whether Slack still reaches us, in Socket Mode; in HTTP mode it is Slack that would notice."""

import time

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

DEAF_SECONDS = 60.0  # reliable connections come back within seconds, also when Slack renews them


class Hearing:
    """The connection of one handler, looked at every few seconds."""

    def __init__(self, handler: AsyncSocketModeHandler) -> None:
        self._client = handler.client
        self._connected_at = time.monotonic()

    def look(self) -> None:
        """An address of Slack's is good once and for half a minute; the SDK would try one that failed for ever."""
        if not self._is_connected():
            self._client.wss_uri = None  # its next try asks for a new one

    async def problem(self) -> str | None:
        """What is wrong, once nothing has been heard for a while; a probe asks."""
        if self._is_connected():
            return None
        deaf = time.monotonic() - self._connected_at
        return f"no connection to Slack for {deaf:.0f} seconds" if deaf > DEAF_SECONDS else None

    def _is_connected(self) -> bool:
        session = self._client.current_session
        if session is None or session.closed:
            return False
        self._connected_at = time.monotonic()
        return True

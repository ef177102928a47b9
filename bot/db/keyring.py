"""The keys that encrypt columns: newest first, older ones still read, so that keys can be rotated online."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect


class Keyring:
    """Fernet keys (32 random bytes, URL-safe base64), newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise KeyError(
                "None of ENCRYPTION_KEYS can read what is stored. Put the key that wrote it back into the list."
            ) from None

    def rotate(self, token: str) -> str:
        """The same text under the newest key."""
        return self._fernet.rotate(token.encode()).decode()


def new_key() -> str:
    return Fernet.generate_key().decode()


def attach(dialect: Dialect, keyring: Keyring) -> None:
    """Give an engine its keys. A column type sees nothing of its engine but the dialect, so they travel there."""
    dialect.common_ground_keyring = keyring  # type: ignore[attr-defined]


def keyring_of(dialect: Dialect) -> Keyring:
    keyring = getattr(dialect, "common_ground_keyring", None)
    if not isinstance(keyring, Keyring):
        raise LookupError("This database was opened without ENCRYPTION_KEYS, so tokens cannot be read or written.")
    return keyring

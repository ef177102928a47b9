"""The keys that encrypt columns: newest first, older ones still read, so that keys can be rotated online."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect


class UnusableKeysError(Exception):
    """A key file cannot be used; says what to do."""


class Keyring:
    """Fernet keys (32 random bytes, URL-safe base64), newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        fernets = [Fernet(key) for key in keys]
        self._fernet, self._newest = MultiFernet(fernets), fernets[0]
        self.has_older = len(fernets) > 1

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise KeyError(
                "None of ENCRYPTION_KEYS can read what is stored. Put the key that wrote it back into the list."
            ) from None

    def is_newest(self, token: str) -> bool:
        """Whether it was sealed with the newest key."""
        try:
            self._newest.decrypt(token.encode())
        except InvalidToken:
            return False
        return True


def new_key() -> str:
    return Fernet.generate_key().decode()


def kept_beside(database: Path) -> list[str]:
    """The keys kept in `<database>.keys`, one a line, newest first; the first one is made when there is no such file."""
    path = database.with_name(database.name + ".keys")
    if not path.exists():
        _create_once(path, new_key() + "\n")
    keys = path.read_text().split()
    try:
        Keyring(keys)
    except ValueError as error:
        raise UnusableKeysError(
            f"{path} holds no usable keys ({error}). Put back the file that was kept with the backup; or remove it "
            "and a new one is made, with which nothing that was encrypted before can be read."
        ) from None
    return keys


def _create_once(path: Path, text: str) -> None:
    """Two processes that start together end up with one file, whole, and only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def attach(dialect: Dialect, keyring: Keyring) -> None:
    """Give an engine its keys. A column type sees nothing of its engine but the dialect, so they travel there."""
    dialect.common_ground_keyring = keyring  # type: ignore[attr-defined]


def keyring_of(dialect: Dialect) -> Keyring:
    keyring: Keyring | None = getattr(dialect, "common_ground_keyring", None)
    if keyring is None:
        raise LookupError(
            "This database was opened without ENCRYPTION_KEYS, so tokens cannot be read or written."
        )
    return keyring

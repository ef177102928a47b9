"""Where a demo is kept between starts: the bot's database, and the local Slack as it was."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from bot.demo.errors import DemoError
from bot.playground import saved
from bot.playground.saved import Saved
from bot.playground.state import State

START_OVER = (
    "Nothing is touched. To start over, add --reset; to keep this one, choose another folder with --data."
)


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = (
            path / "demo.sqlite"
        )  # not the name that `run` gives its own: --reset removes this one
        self._slack = path / "slack.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """For one demo at a time, until the block is left or the process ends, however it does.

        Raises:
            DemoError: another one has it.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as stack:
            try:  # a lock of SQLite's is one on every platform, and never outlives its process
                lock = sqlite3.connect(self.path / "lock", timeout=0, isolation_level=None)
                stack.enter_context(closing(lock)).execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                    raise DemoError(
                        f"Another demo is up with what is kept in {self.path}. Use that one, or end it first; or give"
                        " this one a folder of its own with --data."
                    ) from None
                raise DemoError(f"{self.path} cannot be used: {error}. Choose another with --data.") from None
            yield

    @property
    def is_begun(self) -> bool:
        """Whether a start has come so far that there is something to go on with."""
        return self._slack.exists()

    def begun(self) -> Saved | None:
        """What the last start left; None where there was none.

        Raises:
            DemoError: it cannot be gone on with.
        """
        if self.is_begun:
            try:
                found = saved.read(self._slack)
            except saved.UnreadableError as error:
                raise DemoError(
                    f"{self._slack} cannot be read: it is broken, or of another version ({error}). {START_OVER}"
                ) from None
            if self.database.exists():
                return found
            raise DemoError(
                f"{self.database} is missing, without which {self._slack} is half of a demo. {START_OVER}"
            )
        if self.database.exists():
            raise DemoError(
                f"{self._slack} is missing, as after a first start that was cut short: {self.database} is half of a"
                f" demo. {START_OVER}"
            )
        return None

    def save(self, state: State) -> None:
        saved.write(state, self._slack)

    def clear(self) -> None:
        """Removes what a demo made here, and nothing else."""
        for path in [*self.path.glob(f"{self.database.name}*"), *self.path.glob(f"{self._slack.name}*")]:
            path.unlink()

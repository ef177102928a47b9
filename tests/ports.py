"""Ports for the servers of the suite and the benchmarks."""

import random
import socket
from collections.abc import Iterator

from pydantic_settings import BaseSettings

WORKERS = 20
EACH = 1_000
# Below 32768, where Linux begins to give ports to outgoing connections (macOS: 49152): one of those could be
# taken again between the look whether it is free and the server's start.
FIRST = 12_000


class _Worker(BaseSettings):
    pytest_xdist_worker: str = "gw0"


def free_port() -> int:
    """A port of 127.0.0.1 that is free, and that nothing else in the suite is about to take."""
    return next(_FREE)


def _free_ports() -> Iterator[int]:
    """Those of this process alone: the other workers of pytest-xdist have their own thousand."""
    worker = int(_Worker().pytest_xdist_worker.removeprefix("gw")) % WORKERS
    turn = random.randrange(EACH)  # two suites at once on a machine begin apart
    while True:
        turn = (turn + 1) % EACH
        port = FIRST + EACH * worker + turn
        if _is_free(port):
            yield port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


_FREE = _free_ports()

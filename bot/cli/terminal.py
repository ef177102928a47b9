"""What every command does with the terminal, and how it runs."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer

try:
    from uvloop import new_event_loop
except ImportError:  # Windows has none
    from asyncio import new_event_loop  # type: ignore[assignment]

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, nothing else there.")]


def say(*lines: str) -> None:
    """To the person, beside the answer."""
    for line in lines:
        typer.echo(line, err=True)


def wait(work: Coroutine[Any, Any, T]) -> T:
    """Run this to its end, on the fast event loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)

"""What `common-ground demo` does: starts it, tells its story once, says where it is, keeps it for the next time."""

import asyncio
import gc
import logging
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from rich.console import Console
from rich.markup import escape

from bot.demo.folder import Folder
from bot.demo.player import Player
from bot.demo.playing import Playing, playing
from bot.demo.story import STORY
from bot.demo.walk import Walk
from bot.playground.server import LocalSlack

SAVE_SECONDS = 30.0  # how much of it a crash may cost


async def walk(*, port: int) -> None:
    """What a team does first, in a folder that is gone afterwards.

    Raises:
        DemoError: a step of the walk did not bring what it should.
    """
    console = Console(soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="common-ground-") as path:
        async with playing(Folder(Path(path)), port=port) as demo, ClientSession() as http:
            console.print(
                f"The bot runs against a local Slack at [bold]{demo.slack.url}[/], its data in {path}"
            )
            await Walk(http, demo.slack, console).go()
            console.print("\nDone. Without --walk it stays up for you to try: see the README.")


async def run(*, port: int, data: Path, empty: bool, reset: bool, browser: bool) -> None:
    """Until Ctrl-C or SIGTERM.

    Raises:
        DemoError: it cannot be started, or its story not be told.
    """
    told_to_stop = _told_to_stop()
    folder = Folder(data)
    with folder.held():
        begun = None if reset else folder.begun()
        now = datetime.now(UTC)
        if begun is not None:
            if empty:
                Console().print("There is a demo already, which goes on; --empty --reset makes an empty one.")
            async with playing(folder, port=port, begun=begun) as demo:
                await _up(demo, folder, told_to_stop, browser=browser)
            return
        with _all_or_nothing(folder):
            starts_at = None if empty else STORY[0].at(now)
            async with playing(folder, port=port, starts_at=starts_at) as demo:
                if empty or await _unless(told_to_stop, _tell_story(demo, now)):
                    folder.save(demo.slack.state)
                    await _up(demo, folder, told_to_stop, browser=browser)


@contextmanager
def _all_or_nothing(folder: Folder) -> Iterator[None]:
    """A first start that was cut short leaves nothing that the next one would stumble over."""
    try:
        yield
    finally:
        if not folder.is_begun:
            folder.clear()


async def _up(demo: Playing, folder: Folder, told_to_stop: asyncio.Event, *, browser: bool) -> None:
    Console(soft_wrap=True).print(_announcement(demo.slack, folder), highlight=False)
    if browser and sys.stdout.isatty():
        await asyncio.to_thread(_open_page, demo.slack.url)
    while not told_to_stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(told_to_stop.wait(), SAVE_SECONDS)
        folder.save(demo.slack.state)


async def _tell_story(demo: Playing, end: datetime) -> None:
    gc.disable()  # a fifth of the time went into looking for what is no rubbish yet
    schedule = logging.getLogger("bot.schedule")
    schedule.setLevel(logging.ERROR)  # the story jumps over days, and what was due then is left out
    try:
        async with ClientSession() as http:
            await Player(http, demo.slack, demo.app, end=end).play(STORY)
    finally:
        schedule.setLevel(logging.NOTSET)
        gc.enable()


async def _unless(told_to_stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether the work got done before somebody wanted to stop."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(told_to_stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return False


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _announcement(slack: LocalSlack, folder: Folder) -> str:
    everybody = slack.state.world.workspaces[slack.team_id].people.values()
    people = [person for person in everybody if person.role != "bot" and not person.deactivated]
    named = [f"{person.real_name} ({person.title.lower()})" for person in people if person.title]
    return (
        f"Common Ground is up, in a Slack of its own: [bold]{slack.url}[/]\n"
        f"There you can be {escape(', '.join(named))}, or one of {len(people) - len(named)} more.\n"
        f"What you do is kept in {escape(str(folder.path))} for the next time; --reset starts over.\n"
        "Ctrl-C ends it."
    )


def _open_page(url: str) -> None:
    """In a window, not in this terminal: a browser for text would take it over."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return
    if type(found) is not webbrowser.GenericBrowser:
        found.open(url)

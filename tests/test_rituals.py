"""Rules about all rituals: the tables, the folders, the words, and what is written about them agree."""

import importlib
import pkgutil
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot.rituals
from bot.app import events, menu, stale_after, tables
from bot.i18n import DOMAIN, LOCALES
from bot.records import offers
from bot.ritual import Ritual
from bot.rituals import RITUALS
from bot.slack.dispatch import Table
from bot.slack.request import arguments_of

ROOT = Path(__file__).parent.parent
EVERY_RITUAL = pytest.mark.parametrize("ritual", RITUALS, ids=lambda ritual: ritual.name)


def test_every_folder_is_a_ritual_of_its_name_and_is_listed() -> None:
    folders = {module.name for module in pkgutil.iter_modules(bot.rituals.__path__) if module.ispkg}
    assert folders == {ritual.name for ritual in RITUALS}


@EVERY_RITUAL
def test_ids_begin_with_the_rituals_name(ritual: Ritual) -> None:
    ids = [*ritual.actions, *ritual.views, *ritual.shortcuts, *ritual.options]
    assert [name for name in ids if not name.startswith(f"{ritual.name}.")] == []


@EVERY_RITUAL
def test_every_id_that_is_written_down_has_a_listener(ritual: Ritual) -> None:
    module = importlib.import_module(f"bot.rituals.{ritual.name}.ids")
    listened = {*ritual.actions, *ritual.views, *ritual.shortcuts, *ritual.options}
    silent = set(getattr(module, "SHOWN_ONLY", ()))  # views without a button to submit
    written = {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    assert {value for value in written if "." in value} - listened == silent


def test_commands_are_a_flagship_or_a_word_under_partner() -> None:
    phrases = [phrase for ritual in RITUALS for phrase in ritual.commands]
    assert not [name for name, times in Counter(phrases).items() if times > 1]
    flagships = ("/decision", "/problem", "/one-on-one", "/partner")
    assert [p for p in phrases if p not in flagships and not re.fullmatch(r"/partner [a-z-]+", p)] == []


def test_all_tables_are_made_of_all_rituals() -> None:
    made = tables(RITUALS)
    assert set(made.commands) == {phrase for ritual in RITUALS for phrase in ritual.commands}
    assert set(made.views) == {name for ritual in RITUALS for name in ritual.views}
    assert set(events(RITUALS)) == {name for ritual in RITUALS for name in ritual.events}


async def test_an_event_reaches_every_ritual_for_which_it_is_not_too_late() -> None:
    heard: list[str] = []

    def listening(name: str, **more: Any) -> Ritual:
        async def listen(_session: Any, **_event: Any) -> None:
            heard.append(name)

        return Ritual(name=name, summary=str, events={"reaction_added": listen}, **more)

    hour = timedelta(hours=1)
    rituals = [listening("first", stale_after={"reaction_added": hour}), listening("second")]
    now = datetime(2026, 11, 25, tzinfo=UTC)
    for late in (hour, 2 * hour):
        event = {"event_time": now - late}
        await events(rituals)["reaction_added"](None, event=event, workspace=None, now=now)
    assert heard == ["first", "second", "second"]
    assert stale_after(rituals) == {}
    assert stale_after(rituals[:1]) == {"reaction_added": hour}


def test_what_rituals_offer_of_each_others_is_listened_to() -> None:
    buttons = {offers.LOG_DECISION_ABOUT, *offers.OPEN.values()}
    assert buttons <= {name for ritual in RITUALS for name in ritual.actions}
    shown = {f"{ritual.name}.page" for ritual in RITUALS}
    assert set(offers.PAGES) <= shown


def test_two_listeners_for_one_id_stop_the_start() -> None:
    async def listener() -> None: ...

    with pytest.raises(ValueError, match=r"wins\.form"):
        Table({"wins.form": listener}, {"wins.form": listener})


def test_a_misspelt_argument_stops_the_start() -> None:
    async def listener(vlaue: str) -> None: ...

    with pytest.raises(TypeError, match="vlaue"):
        arguments_of(listener)


@EVERY_RITUAL
def test_the_menu_names_every_ritual_with_a_line_of_help(ritual: Ritual) -> None:
    lines = dict(menu(RITUALS))
    assert lines[next(iter(ritual.commands))]() == ritual.summary()
    assert ritual.summary()


@EVERY_RITUAL
def test_readme_names_every_command(ritual: Ritual) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [phrase for phrase in ritual.commands if f"`{phrase}" not in readme] == []


def test_every_word_a_person_reads_is_in_the_catalogue() -> None:
    """Red? Run the line that CONTRIBUTING gives under "Words"."""
    found = {
        message[0] if isinstance(message, tuple) else message
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / "bot", keywords={"_": None, "ngettext": (1, 2)}
        )
    }
    with (LOCALES / f"{DOMAIN}.pot").open("rb") as template:
        kept = {
            entry.id[0] if isinstance(entry.id, tuple | list) else entry.id
            for entry in read_po(template)
            if entry.id
        }
    assert found == kept

"""`common-ground decisions …`: the log in from files, out to files, and found."""

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from bot import app as composition
from bot.cli.terminal import Json, say, wait
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.migrate import current_problem, upgrade
from bot.rituals.decisions.exchange import command, exporting, files
from bot.rituals.decisions.exchange.exporting import Format
from bot.settings import Purpose, Settings

commands = typer.Typer(help="The decision log: in from files, out to files, and found.", no_args_is_help=True)
WorkspaceName = Annotated[
    str | None, typer.Option("--workspace", help="Its name or Slack id, where there are several.")
]
TeamName = Annotated[str | None, typer.Option("--team", help="Its name or channel, where there are several.")]


@commands.command(name="import")
def import_decisions(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Files, or folders with all below them.")],
    *,
    team: TeamName = None,
    workspace: WorkspaceName = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and keep nothing.")
    ] = False,
    json_: Json = False,
) -> None:
    """Read decision records: Markdown of every form, YAML, CSV, JSON. A second import changes only what changed."""
    told = wait(_import(paths, team=team, workspace=workspace, dry_run=dry_run, json_=json_))
    say(", ".join(f"{n} {outcome}" for outcome, n in told.outcomes.items()) or "There is no file.")
    if told.is_local and not dry_run:
        say(
            "These are in no Slack workspace. To have them there, run the bot, set up a team, and import again."
        )
    if told.formats:
        say(f"Formats: {', '.join(f'{n} {name}' for name, n in told.formats.most_common())}.")


@dataclass(frozen=True)
class _Imported:
    outcomes: Counter[str]
    formats: Counter[str]
    is_local: bool = False


async def _import(
    paths: Sequence[Path], *, team: str | None, workspace: str | None, dry_run: bool, json_: bool
) -> _Imported:
    counted = _Imported(Counter(), Counter())
    found = [path for given in paths for path in files.found_in(given)]
    async with _data() as db:
        told = command.import_files(
            db, found, workspace=workspace, team=team, now=Clock().now(), dry_run=dry_run
        )
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            reading = bar.add_task("Reading", total=len(found))
            path = ""
            async for one in told:
                bar.advance(reading, one.path != path)
                path = one.path
                counted.outcomes[one.outcome] += 1
                counted.formats.update([one.entry.format] if one.entry else [])
                if json_:
                    typer.echo(_one_line(command.told_as_json(one)))
                elif one.reason:
                    say(f"{one.path}: {one.outcome}, {one.reason}")
        return replace(counted, is_local=await command.is_local(db))


@commands.command()
def export(
    *,
    format_: Annotated[
        Format, typer.Option("--format", help="madr: a folder of Markdown files; the others: one file.")
    ],
    out: Annotated[Path, typer.Option(help="Where to; - is standard output.")],
    team: TeamName = None,
    workspace: WorkspaceName = None,
) -> None:
    """Write the whole log, to keep it or to take it elsewhere; `import` reads each format back."""
    if format_ is Format.MADR and str(out) == "-":
        raise typer.BadParameter("madr is a folder of files: name one with --out", param_hint="--out")
    count = wait(_export(format_, out, team=team, workspace=workspace))
    say(f"{count} decisions in {out}" if str(out) != "-" else f"{count} decisions")


async def _export(format_: Format, out: Path, *, team: str | None, workspace: str | None) -> int:
    async with _data() as db:
        async with db.read() as session:
            at = await command.place(session, workspace=workspace, team=team)
        if at is None:
            return 0
        scope = command.scope_of(at, only_team=team is not None)
        if format_ is Format.MADR:
            return await exporting.write_folder(db.read, scope, out)
        if str(out) == "-":
            return await exporting.write(db.read, scope, format_=format_, file=sys.stdout)
        with exporting.whole(out) as file:
            return await exporting.write(db.read, scope, format_=format_, file=file)


@commands.command()
def search(
    query: Annotated[str, typer.Argument(help="Words, and filters as in `/decision why`.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 5,
    workspace: WorkspaceName = None,
    json_: Json = False,
) -> None:
    """Why did we decide that? The best answers first."""
    rows = wait(_search(query, limit=limit, workspace=workspace))
    if json_:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        say("Nothing found.")
    elif not rows[0]["confident"]:
        say("Nothing really answers that. Nearest:")
    for row in rows:
        typer.echo(" · ".join(str(row[name]) for name in ("number", "title", "status", "date") if row[name]))


async def _search(query: str, *, limit: int, workspace: str | None) -> list[dict[str, Any]]:
    async with _data() as db, db.read() as session:
        at = await command.place(session, workspace=workspace, team=None)
        if at is None:
            return []
        return await command.search(session, at=at, typed=query, today=Clock().now().date(), limit=limit)


def _one_line(told: dict[str, Any]) -> str:
    """JSON without the letters at which some readers begin a new line, as Python's `splitlines` does."""
    line = json.dumps(told, ensure_ascii=False)
    return line.translate({ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"})


@asynccontextmanager
async def _data() -> AsyncIterator[Database]:
    """The database alone; an empty or older one of SQLite is brought up to date first."""
    settings = Settings.load(for_=Purpose.DATA)
    if settings.is_sqlite:
        await upgrade(settings.database_url)
    db = Database(settings.database_url)
    try:
        if problem := await current_problem(db):
            raise composition.NotReadyError(problem)
        yield db
    finally:
        await db.close()

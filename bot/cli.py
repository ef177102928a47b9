"""The command line. Answers go to stdout, JSON alone when asked for; what is said about them goes to stderr."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml
from aiohttp import ClientError
from alembic.util import CommandError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError

from bot import app as composition
from bot import backup as backups
from bot import doctor as doctors
from bot import log, manifest
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.keyring import UnusableKeysError
from bot.db.migrate import UnknownRevisionError, current_problem, downgrade, revisions, upgrade
from bot.rituals.decisions.exchange import command as exchange
from bot.rituals.decisions.exchange import exporting
from bot.rituals.decisions.exchange import files as exchange_files
from bot.rituals.decisions.exchange.exporting import Format
from bot.settings import Purpose, Settings, SettingsError
from bot.slack.clients import Clients, code_of

try:
    from uvloop import new_event_loop
except ImportError:  # Windows has none
    from asyncio import new_event_loop  # type: ignore[assignment]

T = TypeVar("T")
DONE, FAILED, BAD_USE = 0, 1, 2

app = typer.Typer(
    name="common-ground",
    help="The rituals of product managers and engineers, in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show the values of variables, and those hold tokens
)
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, nothing else there.")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed, 2 bad use."""
    log.set_up(level="WARNING")
    try:
        app(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED
    except SettingsError as error:
        say("Some settings are missing or wrong:", *error.problems)
        return BAD_USE
    except (
        composition.NotReadyError,
        backups.BackupError,
        CommandError,
        UnknownRevisionError,
        UnusableKeysError,
        exchange.WhichError,
    ) as error:
        say(str(error))
        return FAILED
    except SlackApiError as error:
        say(f"Slack refuses: {code_of(error)}. What to do about it: common-ground doctor")
        return FAILED
    except (DBAPIError, ClientError, OSError) as error:
        say(log.redact(f"Failed: {error.__cause__ or error}"))
        return FAILED
    return DONE


def say(*lines: str) -> None:
    """To the person, beside the answer."""
    for line in lines:
        typer.echo(line, err=True)


def wait(work: Coroutine[Any, Any, T]) -> T:
    """Run this to its end, on the fast event loop."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


@app.command()
def run(
    *,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Migrate PostgreSQL first; SQLite always is.")
    ] = False,
) -> None:
    """Run the bot, until SIGTERM."""
    settings = Settings.load()
    log.set_up(level=settings.log_level, format_=settings.log_format)
    wait(composition.run(settings, migrate=migrate))


@app.command()
def demo(
    *,
    port: Annotated[int, typer.Option(help="Of the local Slack; 0 takes a free one.")] = 3000,
    walk: Annotated[bool, typer.Option("--walk", help="Show what a team does first, then end.")] = False,
) -> None:
    """The product with no Slack account: the bot against a local Slack."""
    demos = import_module("bot.demo")  # brings the local Slack along, which `run` must never load
    try:
        wait(demos.run(port=port, walk=walk))
    except demos.DemoError as error:
        say(f"The demo failed: {error}")
        raise typer.Exit(FAILED) from None


@app.command(context_settings={"ignore_unknown_options": True})  # or `-1` would be taken for one
def migrate(
    revision: Annotated[str, typer.Argument(help="A revision, or -1 for one step back.")] = "head",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Go back, though what is newer is lost.")] = False,
) -> None:
    """Bring the database to its newest revision, or to the one given."""
    url = Settings.load(for_=Purpose.DATA).database_url
    if revision.startswith("-") or revision == "base":
        if not yes:
            raise typer.BadParameter(
                "Going back drops tables and what is in them. Back the database up, then add --yes."
            )
        wait(downgrade(url, revision))
    else:
        wait(upgrade(url, revision))
    say(f"The database is at {', '.join(wait(revisions(url))) or 'base, with no tables'}.")


@app.command()
def doctor(*, json_: Json = False) -> None:
    """Look the installation over; says of what is wrong what to do. Exit 1 when something is."""
    settings = Settings.load(for_=Purpose.DATA)
    checks = wait(_examined(settings))
    if json_:
        typer.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        Console().print(_table(checks))
    if not all(check.ok for check in checks):
        raise typer.Exit(FAILED)


async def _examined(settings: Settings) -> list[doctors.Check]:
    clients = Clients(api_url=settings.slack_api_url, timeout_seconds=settings.slack_timeout_seconds)
    async with clients:
        return [check async for check in doctors.examine(settings, clients=clients, clock=Clock())]


def _table(checks: Sequence[doctors.Check]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        sign = (
            "[green]ok[/]"
            if check.ok and not check.do
            else "[yellow]note[/]"
            if check.ok
            else "[red]wrong[/]"
        )
        table.add_row(sign, check.name, f"{check.say}\n{check.do}".strip())
    return table


@app.command(name="manifest")
def print_manifest(
    *,
    url: Annotated[
        str | None, typer.Option(help="The https address at which Slack reaches the bot, for HTTP mode.")
    ] = None,
    json_: Json = False,
) -> None:
    """Print the Slack app manifest, to paste at https://api.slack.com/apps."""
    wanted = manifest.load() if url is None else manifest.for_http(manifest.load(), url=url)
    if json_:
        typer.echo(json.dumps(wanted, ensure_ascii=False, indent=2))
    elif url is None:
        typer.echo(manifest.text(), nl=False)
    else:
        typer.echo(yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True), nl=False)


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="The file to write; an older one is replaced.")],
) -> None:
    """Back the SQLite database up, also while the bot runs."""
    settings = _sqlite("pg_dump")
    backups.backup(settings.database_path, path)
    say(f"Backed up to {path}. Keep the encryption keys too, but elsewhere: without them tokens and private")
    say(f"notes cannot be read. They are in ENCRYPTION_KEYS, or else in {settings.database_path}.keys.")


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Overwrite the database that is there.")] = False,
) -> None:
    """Bring a backup back. Stop the bot first. What was due by now is not posted again."""
    settings = _sqlite("pg_restore")
    if settings.database_path.exists() and not yes:
        raise typer.BadParameter(f"{settings.database_path} exists; add --yes to overwrite it")
    skipped = wait(backups.restore(path, settings.database_path, now=Clock().now()))
    say(f"Restored from {path}. {skipped} posts that were due by now will not be sent.")


decisions = typer.Typer(help="The decision log: in from files, and found.", no_args_is_help=True)
app.add_typer(decisions, name="decisions")
WorkspaceName = Annotated[
    str | None, typer.Option("--workspace", help="Its name or Slack id, where there are several.")
]
TeamName = Annotated[str | None, typer.Option("--team", help="Its name or channel, where there are several.")]


@decisions.command(name="import")
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
    found = [path for given in paths for path in exchange_files.found_in(given)]
    async with _data() as db:
        told = exchange.import_files(
            db, found, workspace=workspace, team=team, now=Clock().now(), dry_run=dry_run
        )
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
            files = bar.add_task("Reading", total=len(found))
            path = ""
            async for one in told:
                bar.advance(files, one.path != path)
                path = one.path
                counted.outcomes[one.outcome] += 1
                counted.formats.update([one.entry.format] if one.entry else [])
                if json_:
                    typer.echo(_one_line(exchange.told_as_json(one)))
                elif one.reason:
                    say(f"{one.path}: {one.outcome}, {one.reason}")
        return replace(counted, is_local=await exchange.is_local(db))


@decisions.command()
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
            at = await exchange.place(session, workspace=workspace, team=team)
        if at is None:
            return 0
        scope = exchange.scope_of(at, only_team=team is not None)
        if format_ is Format.MADR:
            return await exporting.write_folder(db.read, scope, out)
        if str(out) == "-":
            return await exporting.write(db.read, scope, format_=format_, file=sys.stdout)
        with exporting.whole(out) as file:
            return await exporting.write(db.read, scope, format_=format_, file=file)


@decisions.command()
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
        at = await exchange.place(session, workspace=workspace, team=None)
        if at is None:
            return []
        return await exchange.search(session, at=at, typed=query, today=Clock().now().date(), limit=limit)


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


def _sqlite(instead: str) -> Settings:
    settings = Settings.load(for_=Purpose.DATA)
    if not settings.is_sqlite:
        raise typer.BadParameter(f"DATABASE_URL is PostgreSQL; use {instead}")
    return settings

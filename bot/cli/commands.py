"""The command line. Answers go to stdout, JSON alone when asked for; what is said about them goes to stderr."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
import yaml
from aiohttp import ClientError
from alembic.util import CommandError
from rich.console import Console
from rich.table import Table
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError

from bot import app as composition
from bot import backup as backups
from bot import doctor as doctors
from bot import log, manifest
from bot import rekey as rekeying
from bot.cli import decisions
from bot.cli.terminal import Json, say, wait
from bot.clock import Clock
from bot.db.keyring import UnusableKeysError
from bot.db.migrate import UnknownRevisionError, downgrade, revisions, upgrade
from bot.demo.errors import DemoError
from bot.rituals.decisions.exchange.command import WhichError
from bot.settings import Purpose, Settings, SettingsError, data_home
from bot.slack.clients import Clients, code_of

DONE, FAILED, BAD_USE = 0, 1, 2

app = typer.Typer(
    name="common-ground",
    help="The rituals of product managers and engineers, in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show the values of variables, and those hold tokens
)
app.add_typer(decisions.commands, name="decisions")


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
        WhichError,
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
    data: Annotated[
        Path | None,
        typer.Option(help="The folder it is kept in.", show_default="of your own, printed at the start"),
    ] = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="A new one has people and channels, no story.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Start over: what was kept is removed.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    walk: Annotated[bool, typer.Option("--walk", help="Show what a team does first, then end.")] = False,
) -> None:
    """The product with no Slack account: the bot against a local Slack. It goes on where it ended last."""
    demos = import_module("bot.demo.command")  # brings the local Slack along, which `run` must never load
    folder = (data or data_home() / "common-ground" / "demo").absolute()
    try:
        wait(
            demos.walk(port=port)
            if walk
            else demos.run(port=port, data=folder, empty=empty, reset=reset, browser=not no_browser)
        )
    except DemoError as error:
        say(str(error))
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
        before = wait(revisions(url))
        wait(upgrade(url, revision))
        if revision not in ("head", *before) and wait(revisions(url)) == before:
            say(
                f"Nothing was changed: the database is at {', '.join(before)}, and {revision} is not ahead of it."
            )
            say("Going back is done step by step, with -1; or with base, to no tables at all.")
            raise typer.Exit(FAILED)
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


@app.command()
def rekey(*, json_: Json = False) -> None:
    """Seal all that is encrypted under the newest key, also while the bot runs; then older keys can go."""
    settings = Settings.load(for_=Purpose.DATA)
    if problem := settings.missing(Purpose.RUN).get("encryption_keys"):
        raise SettingsError([problem])
    tables = wait(_rekeyed(settings, json_=json_))
    if json_:
        typer.echo(json.dumps([asdict(table) for table in tables], indent=2))
    older, lost = sum(table.older for table in tables), sum(table.lost for table in tables)
    if lost:
        say(
            f"{lost} rows can be read with none of the keys. If you find the key that sealed them, put it last"
        )
        say("among the others and run this again.")
    if older:
        say(
            f"{older} rows are left, which somebody holds or writes with an older key. Restart every bot with the"
        )
        say("new key first, then run this again.")
    else:
        where = "ENCRYPTION_KEYS" if settings.encryption_keys else f"{settings.database_path}.keys"
        say(f"Nothing needs an older key any more: keep only the first of {where}, then restart the bot.")
    if older or lost:
        raise typer.Exit(FAILED)


async def _rekeyed(settings: Settings, *, json_: bool) -> list[rekeying.Found]:
    tables = []
    async with composition.opened(settings) as db:
        async for table in rekeying.rekey(db):
            tables.append(table)
            if not json_:
                typer.echo(f"{table.table}: {table.resealed} of {table.rows} rows sealed anew")
    return tables


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
    settings = Settings.load(for_=Purpose.DATA)
    if not settings.is_sqlite:
        raise typer.BadParameter("DATABASE_URL is PostgreSQL; use pg_dump --format custom")
    backups.backup(settings.database_path, path)
    say(f"Backed up to {path}. Keep the encryption keys too, but elsewhere: without them tokens and private")
    say(f"notes cannot be read. They are in ENCRYPTION_KEYS, or else in {settings.database_path}.keys.")


@app.command()
def restore(
    path: Annotated[
        Path | None, typer.Argument(help="A file that `backup` wrote; none for PostgreSQL.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Change the database that is there.")] = False,
) -> None:
    """Bring a backup back, with the bot stopped. On PostgreSQL run it without PATH, after pg_restore.

    What was due by now is not posted again.
    """
    settings = Settings.load(for_=Purpose.DATA)
    now = Clock().now()
    if not settings.is_sqlite:
        _require_brought_back(path, yes=yes)
        skipped = wait(backups.brought_back(settings.database_url, now=now))
        say(f"{skipped} posts that were due by now will not be sent. Start the bot again.")
        return
    if path is None:
        raise typer.BadParameter("say which file to bring back: restore PATH")
    if settings.database_path.exists() and not yes:
        raise typer.BadParameter(f"{settings.database_path} exists; add --yes to overwrite it")
    skipped = wait(backups.restore(path, settings.database_path, now=now))
    say(f"Restored from {path}. {skipped} posts that were due by now will not be sent.")


def _require_brought_back(path: Path | None, *, yes: bool) -> None:
    if path is not None:
        raise typer.BadParameter(
            f"DATABASE_URL is PostgreSQL: bring {path} back with pg_restore --clean --if-exists --create --dbname postgres,"
            " then run restore --yes without it"
        )
    if not yes:
        raise typer.BadParameter("add --yes once pg_restore is done: what was due by now is then not posted")

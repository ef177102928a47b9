"""What `common-ground decisions …` does, apart from printing it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot.access.rules import Kind, Viewer
from bot.db import text_index
from bot.db.engine import Database
from bot.people.models import Team
from bot.rituals.decisions import queries
from bot.rituals.decisions.exchange import exporting, files, importing
from bot.rituals.decisions.exchange.documents import UnreadableError
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.importing import Outcome, ReadFile, Terms, Told
from bot.rituals.decisions.models import Decision, Part
from bot.rituals.decisions.queries import Hit, Wanted
from bot.workspaces.models import Workspace, WorkspaceState

LOCAL = "local"  # the workspace and the team of a database that Slack has never seen


class WhichError(Exception):
    """There are several, or none of that name: says which there are."""


@dataclass(frozen=True)
class Place:
    """Where decisions go to or come from."""

    workspace_id: int
    team_id: int | None


async def place(session: AsyncSession, *, workspace: str | None, team: str | None) -> Place | None:
    """The workspace and team of these names or Slack ids, or the only ones there are; None in an empty database.

    Raises:
        WhichError: there are several, or none of that name.
    """
    home, teams = await _known(session, workspace=workspace, team=team)
    if home is None:
        return None
    if team is None and len(teams) != 1:
        return Place(home.id, None)
    return Place(home.id, _the_team(teams, team).id)


async def team_for(session: AsyncSession, *, workspace: str | None, team: str | None, now: datetime) -> Team:
    """The team that new decisions go to; in an empty database one that is in no Slack is made.

    Raises:
        WhichError: there are several, or none of that name.
    """
    home, teams = await _known(session, workspace=workspace, team=team)
    if home is None:
        home = Workspace(
            slack_id=LOCAL,
            name=LOCAL,
            state=WorkspaceState.UNINSTALLED,  # nothing becomes due where nobody can be told
            created_at=now,
            state_changed_at=now,
        )
        session.add(home)
        await session.flush()  # for its id
    if teams or team is not None:
        return _the_team(teams, team)
    if home.slack_id != LOCAL:
        raise WhichError(
            f"{home.name or home.slack_id} has no team yet. Type /partner team in its channel in Slack, then import."
        )
    new = Team(
        workspace_id=home.id, channel_id=LOCAL, name=LOCAL, timezone="UTC", created_by="", created_at=now
    )
    session.add(new)
    await session.flush()  # for its id
    return new


async def _known(
    session: AsyncSession, *, workspace: str | None, team: str | None
) -> tuple[Workspace | None, Sequence[Team]]:
    """The workspace that is meant, and its teams; none in an empty database where none was named."""
    statement = select(Workspace).options(
        defer(Workspace.bot_token)
    )  # nobody reads that here, and it takes keys
    every = (await session.scalars(statement.order_by(Workspace.name))).all()
    known = [one for one in every if one.slack_id != LOCAL] or every
    if not known and workspace is None:
        if team is not None:
            raise WhichError(_which("team", team, []))
        return None, []
    named = [one for one in known if workspace in (None, one.name, one.slack_id)]
    if len(named) != 1:
        raise WhichError(_which("workspace", workspace, [f"{one.name} ({one.slack_id})" for one in known]))
    teams = await session.scalars(
        select(Team).where(Team.workspace_id == named[0].id).order_by(Team.name, Team.id)
    )
    return named[0], teams.all()


def _the_team(teams: Sequence[Team], name: str | None) -> Team:
    named = [one for one in teams if name in (None, one.name, one.channel_id)]
    if len(named) != 1:
        raise WhichError(_which("team", name, [f"{one.name} ({one.channel_id})" for one in teams]))
    return named[0]


async def is_local(db: Database) -> bool:
    """Whether Slack has never seen this database."""
    async with db.read() as session:
        return not await session.scalar(select(exists().where(Workspace.slack_id != LOCAL)))


def _which(what: str, named: str | None, known: Sequence[str]) -> str:
    there = f"There are: {', '.join(known)}." if known else "There is none yet."
    return f"No {what} is called {named!r}. {there}" if named else f"Say which with --{what}. {there}"


async def import_files(
    db: Database,
    paths: Sequence[Path],
    *,
    workspace: str | None,
    team: str | None,
    now: datetime,
    dry_run: bool,
) -> AsyncIterator[Told]:
    """Some records a transaction, so that a million need no more memory than a few. Then the links."""
    orders = files.orders(paths)
    terms = Terms(now, beside={str(path) for path in paths})
    found = (_read(path, day_first=orders.get(path.parent, True)) for path in paths)

    async def team_of(session: AsyncSession) -> Team:
        return await team_for(session, workspace=workspace, team=team, now=now)

    begin = partial(_transaction, db, dry_run=dry_run)
    async for some in importing.bring_in(begin, found, team_of=team_of, terms=terms):
        for told in some:
            yield told
    if paths and not dry_run:
        await importing.link(begin, team_of=team_of, terms=terms)


def _read(path: Path, *, day_first: bool) -> ReadFile | Told:
    try:
        content = files.content_of(path)
    except UnreadableError as error:
        return Told(str(path), Outcome.SKIPPED, str(error))
    return importing.read(content, path=str(path), day_first=day_first)


class _NothingKeptError(Exception):
    """Leaves a transaction without its changes."""


@asynccontextmanager
async def _transaction(db: Database, *, dry_run: bool) -> AsyncIterator[AsyncSession]:
    with suppress(_NothingKeptError):
        async with db.begin() as session:
            yield session
            if dry_run:
                raise _NothingKeptError


def scope_of(at: Place, *, only_team: bool) -> exporting.Scope:
    """All decisions of a workspace, or of the one team that was named; withdrawn ones too."""
    of_workspace = Decision.workspace_id == at.workspace_id
    return exporting.Scope((of_workspace, Decision.team_id == at.team_id) if only_team else (of_workspace,))


def told_as_json(told: Told) -> dict[str, Any]:
    return {
        "path": told.path,
        "outcome": told.outcome.value,
        "reason": told.reason,
        "number": told.number,
        "format": told.entry.format if told.entry else None,
        "fields": fields_as_json(told.entry) if told.entry else None,
    }


def fields_as_json(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "status": entry.status.value if entry.status else None,
        "date": entry.decided_on.isoformat() if entry.decided_on else None,
        "deciders": entry.deciders,
        "context": entry.context,
        "decision": entry.decision,
        "alternatives": [{"name": option.name, "why_not": option.why_not} for option in entry.alternatives],
        "consequences": entry.consequences,
        "notes": entry.notes,
        "supersedes": entry.supersedes,
        "superseded_by": entry.superseded_by,
    }


async def search(
    session: AsyncSession, *, at: Place, typed: str, today: date, limit: int
) -> list[dict[str, Any]]:
    """As `/decision why`, by who runs the bot: nothing is hidden from them."""
    channels = await session.scalars(select(Team.channel_id).where(Team.workspace_id == at.workspace_id))
    viewer = Viewer(at.workspace_id, "", Kind.MEMBER, is_admin=True, channels=frozenset(channels))
    wanted: Wanted = queries.parse(typed, user_id="")
    found = await queries.search(session, viewer=viewer, wanted=wanted, today=today, limit=limit)
    sources = await queries.paths_of(session, decision_ids=[hit.decision.id for hit in found.hits])
    return [
        {
            "number": hit.decision.name,
            "title": hit.decision.title,
            "status": hit.decision.status,
            "date": hit.decision.decided_on.isoformat() if hit.decision.decided_on else None,
            "deciders": hit.decision.user_ids(Part.DECIDER),
            "team": hit.decision.team.name,
            "source": sources.get(hit.decision.id),
            "score": round(hit.score, 4),
            "matched": sorted(hit.matched),
            "snippet": _snippet(hit),
            "confident": found.confident,
        }
        for hit in found.hits
    ]


def _snippet(hit: Hit, characters: int = 300) -> str:
    """The passage that holds most of the words."""
    passages = [passage for _label, passage in queries.passages(hit.decision)]
    best = max(passages, key=lambda text: sum(text_index.stem(term) in text.lower() for term in hit.matched))
    return " ".join(best.split())[:characters]

"""What `common-ground decisions …` does, apart from printing it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.access.rules import Kind, Viewer
from bot.db import text_index
from bot.db.engine import Database
from bot.people.models import Team
from bot.rituals.decisions import queries
from bot.rituals.decisions.exchange import files, importing
from bot.rituals.decisions.exchange.documents import UnreadableError
from bot.rituals.decisions.exchange.entries import Entry
from bot.rituals.decisions.exchange.importing import Outcome, Told
from bot.rituals.decisions.models import ImportedDecision, ImportedFile, Part
from bot.rituals.decisions.queries import Hit, Wanted
from bot.workspaces.models import Workspace

LOCAL = "local"  # the workspace and the team of a database that Slack has never seen
AT_ONCE = 25  # files in a transaction


class WhichError(Exception):
    """There are several, or none of that name: says which there are."""


@dataclass(frozen=True)
class Place:
    """Where decisions go to or come from."""

    workspace_id: int
    team_id: int | None


async def place(
    session: AsyncSession, *, workspace: str | None, team: str | None, now: datetime, make: bool
) -> Place:
    """The workspace and team of these names or Slack ids; the only ones there are; with `make` new ones, in no Slack.

    Raises:
        WhichError: there are several, or none of that name.
    """
    found = await _workspace(session, workspace, now=now, make=make)
    wanted = select(Team).where(Team.workspace_id == found.id).order_by(Team.name)
    teams = (await session.scalars(wanted)).all()
    if team is not None:
        named = [one for one in teams if team in (one.name, one.channel_id)]
        if len(named) != 1:
            raise WhichError(_which("team", team, [f"{one.name} ({one.channel_id})" for one in teams]))
        return Place(found.id, named[0].id)
    if not teams and make:
        own = Team(
            workspace_id=found.id, channel_id=LOCAL, name=LOCAL, timezone="UTC", created_by="", created_at=now
        )
        session.add(own)
        await session.flush()
        return Place(found.id, own.id)
    if len(teams) > 1 and make:
        raise WhichError(_which("team", None, [f"{one.name} ({one.channel_id})" for one in teams]))
    return Place(found.id, teams[0].id if len(teams) == 1 else None)


async def _workspace(session: AsyncSession, named: str | None, *, now: datetime, make: bool) -> Workspace:
    known = (await session.scalars(select(Workspace).order_by(Workspace.name))).all()
    wanted = [one for one in known if named in (None, one.name, one.slack_id)]
    if len(wanted) == 1:
        return wanted[0]
    if known or not make:
        raise WhichError(_which("workspace", named, [f"{one.name} ({one.slack_id})" for one in known]))
    own = Workspace(slack_id=LOCAL, name=LOCAL, created_at=now, state_changed_at=now)
    session.add(own)
    await session.flush()
    return own


def _which(what: str, named: str | None, known: Sequence[str]) -> str:
    there = f"There are: {', '.join(known)}." if known else "There is none yet."
    return f"No {what} is called {named!r}. {there}" if named else f"Say which with --{what}. {there}"


async def import_files(
    db: Database, paths: Sequence[Path], *, to: Place, now: datetime, dry_run: bool
) -> AsyncIterator[Told]:
    """Some files a transaction, so that a million of them need no more memory than a few. Then the links."""
    orders = files.orders(paths)
    for begin in range(0, len(paths), AT_ONCE):
        async with _transaction(db, dry_run=dry_run) as session:
            team = await session.get_one(Team, to.team_id)
            some = [
                await _import(session, team, path, now, day_first=orders.get(path.parent, True))
                for path in paths[begin : begin + AT_ONCE]
            ]
        for told in some:  # now that it is so
            for one in told:
                yield one
    if dry_run:
        return
    async with db.begin() as session:
        team = await session.get_one(Team, to.team_id)
        await importing.link(session, team=team, paths=[str(path) for path in paths], now=now)


async def _import(
    session: AsyncSession, team: Team, path: Path, now: datetime, *, day_first: bool
) -> list[Told]:
    try:
        content = files.content_of(path)
    except UnreadableError as error:
        return [Told(str(path), Outcome.SKIPPED, str(error))]
    return await importing.import_file(
        session, team=team, path=str(path), content=content, now=now, day_first=day_first
    )


class _NothingKeptError(Exception):
    """Leaves a transaction without its changes."""


@asynccontextmanager
async def _transaction(db: Database, *, dry_run: bool) -> AsyncIterator[AsyncSession]:
    with suppress(_NothingKeptError):
        async with db.begin() as session:
            yield session
            if dry_run:
                raise _NothingKeptError


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
    ids = [hit.decision.id for hit in found.hits]
    rows = await session.execute(
        select(ImportedDecision.decision_id, ImportedFile.path)
        .join(ImportedFile, ImportedFile.id == ImportedDecision.file_id)
        .where(ImportedDecision.decision_id.in_(ids))
    )
    sources = dict(rows.all())
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

"""`python -m tests.mutants`: change one thing at random in services and listeners, and see whether a test goes red.

Runs beside the suite, on a copy of the checkout, with the mutations of cosmic-ray. Prints its seed, each mutant that
no test killed with its difference, and the share that were killed; ends with 1 when that is under the bar.
"""

import argparse
import difflib
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parent.parent
TARGETS = (
    "rituals/**/service.py",
    "rituals/**/queries.py",
    "rituals/**/listeners*.py",
    "rituals/**/listeners/*.py",
    "*/service.py",
)
SUITES = {"outbox": ["tests/outbox"], "inbox": ["tests/inbox"]}
USUAL = ["tests/rituals", "tests/edge"]
SECONDS = 600  # for the tests of one mutant; a change that makes them hang is noticed too
BAR = 0.8


@dataclass(frozen=True)
class Mutant:
    path: Path
    operator: str
    occurrence: int

    @property
    def suites(self) -> list[str]:
        return SUITES.get(self.path.parts[1], USUAL)

    def code(self) -> tuple[str, str]:
        before = (ROOT / self.path).read_text(encoding="utf-8")
        return before, mutate_code(before, get_operator(self.operator)(), self.occurrence) or before


def by_place() -> dict[tuple[Path, object], list[Mutant]]:
    """All that can be changed, by where it stands: a comparison with ten possible changes counts once."""
    found: dict[tuple[Path, object], list[Mutant]] = {}
    for path in sorted({path for pattern in TARGETS for path in (ROOT / "bot").glob(pattern)}):
        tree = get_ast(path.read_text(encoding="utf-8"))
        for name in sorted(operator_names()):
            operator = get_operator(name)
            if operator.arguments() or "BinaryOperator_Mul" in name:
                continue  # wants a configuration; takes the bare `*` of a signature for a product
            positions = (at for node in _nodes(tree) for at in operator().mutation_positions(node))
            for occurrence, at in enumerate(positions):
                mutant = Mutant(path.relative_to(ROOT), name, occurrence)
                found.setdefault((mutant.path, at), []).append(mutant)
    return found


def drawn(chance: random.Random, place: Path) -> Iterator[Mutant]:
    """Mutants in random order. One that does not even import is no test of the tests: a type or a `*` was changed."""
    everything = list(by_place().values())
    chance.shuffle(everything)
    for choices in everything:
        mutant = chance.choice(choices)
        with changed(mutant, place):
            command = [sys.executable, "-c", "import bot.app"]
            if subprocess.run(command, cwd=place, capture_output=True, check=False).returncode == 0:
                yield mutant


def _nodes(tree: object) -> Iterator[object]:
    yield tree
    for child in getattr(tree, "children", ()):
        yield from _nodes(child)


@contextmanager
def changed(mutant: Mutant, place: Path) -> Iterator[None]:
    before, after = mutant.code()
    target = place / mutant.path
    target.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        target.write_text(before, encoding="utf-8")


def killed(mutant: Mutant, place: Path) -> bool:
    with changed(mutant, place):
        return _fails(mutant.suites, place)


def _fails(suites: Sequence[str], place: Path) -> bool:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "not postgresql",
        "-m",
        "(alike or not slow) and not full and not witness and not browser",
        *suites,
    ]
    try:
        return (
            subprocess.run(command, cwd=place, capture_output=True, timeout=SECONDS, check=False).returncode
            != 0
        )
    except subprocess.TimeoutExpired:
        return True


@contextmanager
def copy() -> Iterator[Path]:
    """A checkout to change, with what the suite needs."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("bot", "migrations", "tests"):
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "manifest.yml", "README.md"):
            shutil.copy(ROOT / name, place / name)
        yield place


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    given = parser.parse_args()
    with copy() as place:
        chosen = list(islice(drawn(random.Random(given.seed), place), given.count))
        print(f"seed {given.seed}: {len(chosen)} mutants", flush=True)
        if _fails([*USUAL, *SUITES["outbox"], *SUITES["inbox"]], place):
            print("A test is red without any mutant, so nothing can be told.")
            return 2
        dead = []
        for mutant in chosen:
            dead.append(killed(mutant, place))
            outcome = "killed  " if dead[-1] else "SURVIVED"
            print(outcome, mutant.path, mutant.operator, mutant.occurrence, flush=True)
    for mutant, is_dead in zip(chosen, dead, strict=True):
        if not is_dead:
            before, after = mutant.code()
            changed = difflib.unified_diff(
                before.splitlines(), after.splitlines(), str(mutant.path), "mutant", n=1, lineterm=""
            )
            print("\n".join(["", *changed]))
    share = sum(dead) / len(dead)
    print(f"\n{sum(dead)} of {len(dead)} killed ({share:.0%}), seed {given.seed}")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())

"""`python -m benchmarks NAME` runs one measurement and prints what it found."""

import argparse

from benchmarks import latency, memory, outbox, page, schedule, search

BENCHMARKS = {
    "latency": latency.main,
    "memory": memory.main,
    "outbox": outbox.main,
    "page": page.main,
    "schedule": schedule.main,
    "search": search.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS)
    given, rest = parser.parse_known_args()
    BENCHMARKS[given.name](rest)


if __name__ == "__main__":
    main()

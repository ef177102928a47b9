"""What is kept of Slack's answers about people, and for how long."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import MovableClock
from bot.slack.directory import FRESH_SECONDS, Cache


class Asked:
    """Answers with how often it was asked; fails while told to."""

    def __init__(self) -> None:
        self.times = 0
        self.fails = False

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        if self.fails:
            raise TimeoutError
        return self.times


@pytest.fixture
def cache(clock: MovableClock) -> Cache[int]:
    return Cache(FRESH_SECONDS, 3, clock)


async def test_it_is_asked_once_however_many_wait(cache: Cache[int]) -> None:
    ask = Asked()
    assert await asyncio.gather(*(cache.get((1, "U1"), ask) for _ in range(10))) == [1] * 10


async def test_it_is_asked_again_after_five_minutes_and_no_sooner(
    cache: Cache[int], clock: MovableClock
) -> None:
    ask = Asked()
    await cache.get((1, "U1"), ask)
    clock.advance(timedelta(seconds=FRESH_SECONDS - 5))
    assert await cache.get((1, "U1"), ask) == 1
    clock.advance(timedelta(seconds=5))
    assert await cache.get((1, "U1"), ask) == 2


async def test_a_failure_is_not_kept(cache: Cache[int]) -> None:
    ask = Asked()
    ask.fails = True
    with pytest.raises(TimeoutError):
        await cache.get((1, "U1"), ask)
    ask.fails = False
    assert await cache.get((1, "U1"), ask) == 2


async def test_dropping_forgets_what_begins_with_it_and_nothing_else(cache: Cache[int]) -> None:
    ask = Asked()
    for key in ((1, "U1"), (1, "U2"), (2, "U1")):
        await cache.get(key, ask)
    cache.drop(1, "U1")
    assert [await cache.get(key, ask) for key in ((1, "U2"), (2, "U1"), (1, "U1"))] == [2, 3, 4]


async def test_the_oldest_goes_when_there_are_too_many(cache: Cache[int]) -> None:
    ask = Asked()
    for n in range(4):
        await cache.get((1, f"U{n}"), ask)
    assert await cache.get((1, "U3"), ask) == 4
    assert await cache.get((1, "U0"), ask) == 5

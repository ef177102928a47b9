"""What is kept of Slack's answers about people, and for how long."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import MovableClock
from bot.slack.directory import FRESH_SECONDS, Cache


class Asked:
    """Answers with how often it was asked; fails while told to; answers nothing while it is held."""

    def __init__(self) -> None:
        self.times = 0
        self.fails = False
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self) -> int:
        self.times += 1
        mine = self.times
        await self.free.wait()
        if self.fails:
            raise TimeoutError
        return mine


@pytest.fixture
def cache(clock: MovableClock) -> Cache[int]:
    return Cache(FRESH_SECONDS, 3, clock)


@pytest.fixture
def ahead(clock: MovableClock) -> Cache[int]:
    return Cache(FRESH_SECONDS, 3, clock, ahead=True)


@pytest.fixture
async def nearly_too_old(ahead: Cache[int], clock: MovableClock) -> Asked:
    """It was asked five minutes ago, less five seconds."""
    ask = Asked()
    assert await ahead.get((1,), ask) == 1
    clock.advance(timedelta(seconds=FRESH_SECONDS - 5))
    return ask


async def others_go_on() -> None:
    for _turn in range(3):
        await asyncio.sleep(0)


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


async def test_what_is_half_old_is_given_while_it_is_asked_for_again(
    ahead: Cache[int], clock: MovableClock
) -> None:
    ask = Asked()
    await ahead.get((1,), ask)
    clock.advance(timedelta(seconds=FRESH_SECONDS / 2 + 1))
    ask.free.clear()
    assert [await ahead.get((1,), ask) for _ in range(3)] == [1] * 3
    await others_go_on()
    assert ask.times == 2
    ask.free.set()
    await others_go_on()
    clock.advance(timedelta(seconds=FRESH_SECONDS / 2))
    assert await ahead.get((1,), ask) == 2


async def test_what_is_too_old_is_given_to_nobody_and_who_asks_waits_for_what_is_on_its_way(
    ahead: Cache[int], clock: MovableClock, nearly_too_old: Asked
) -> None:
    ask = nearly_too_old
    ask.free.clear()
    assert await ahead.get((1,), ask) == 1
    clock.advance(timedelta(seconds=5))
    waiting = asyncio.create_task(ahead.get((1,), ask))
    await others_go_on()
    assert not waiting.done()
    ask.free.set()
    assert (await waiting, ask.times) == (2, 2)


async def test_what_was_on_its_way_for_too_long_is_too_old_as_well(
    ahead: Cache[int], clock: MovableClock, nearly_too_old: Asked
) -> None:
    ask = nearly_too_old
    await ahead.get((1,), ask)
    await others_go_on()
    clock.advance(timedelta(seconds=FRESH_SECONDS))
    assert await ahead.get((1,), ask) == 3


async def test_what_was_asked_for_before_it_changed_is_not_kept(
    ahead: Cache[int], clock: MovableClock, nearly_too_old: Asked
) -> None:
    ask = nearly_too_old
    ask.free.clear()
    await ahead.get((1,), ask)
    await others_go_on()
    ahead.drop(1)
    ask.free.set()
    await others_go_on()
    assert await ahead.get((1,), ask) == 3


async def test_when_asking_again_fails_what_is_there_is_given_until_it_is_too_old(
    ahead: Cache[int], clock: MovableClock, nearly_too_old: Asked
) -> None:
    ask = nearly_too_old
    ask.fails = True
    assert await ahead.get((1,), ask) == 1
    await others_go_on()
    assert await ahead.get((1,), ask) == 1
    await others_go_on()
    clock.advance(timedelta(seconds=5))
    with pytest.raises(TimeoutError):
        await ahead.get((1,), ask)

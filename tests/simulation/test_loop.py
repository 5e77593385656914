"""The simulated loop itself: virtual time, the seed's order, killed and suspended processes."""

import asyncio

import pytest

from tests.simulation.loop import NothingToDo, Process, SimulatedLoop

Seen = list[tuple[str, int, float]]


async def _work(loop: SimulatedLoop, name: str, seen: Seen) -> None:
    try:
        for number in range(5):
            await asyncio.sleep(loop.random.choice((0, 1, 3_600)))
            seen.append((name, number, loop.time()))
        async with asyncio.timeout(10):
            await asyncio.to_thread(seen.append, (name, -1, loop.time()))
    finally:
        seen.append((name, -2, loop.time()))


def _run(seed: int) -> Seen:
    loop, seen = SimulatedLoop(seed), Seen()

    async def play() -> None:
        killed, suspended = Process(loop, "killed"), Process(loop, "suspended")
        killed.begin(_work(loop, "killed", seen))
        tasks = [suspended.begin(_work(loop, f"suspended {number}", seen)) for number in range(3)]
        await asyncio.sleep(1.5)
        killed.kill()
        suspended.suspend()
        before = list(seen)
        await asyncio.sleep(100_000)
        assert seen == before
        suspended.resume()
        await asyncio.gather(*tasks)

    loop.run_until_complete(play())
    result = list(seen)
    loop.finish()
    return result


def test_a_seed_decides_the_order_and_gives_it_again() -> None:
    runs = [_run(seed) for seed in range(20)]
    assert runs == [_run(seed) for seed in range(20)]
    assert len({str(run) for run in runs}) == len(runs)


def test_a_suspended_process_ends_its_work_and_a_killed_one_does_not_even_clean_up() -> None:
    for seed in range(20):
        ended = {name for name, number, _ in _run(seed) if number == -2}
        assert ended >= {"suspended 0", "suspended 1", "suspended 2"}
    assert any("killed" not in {name for name, _, _ in _run(seed)} for seed in range(20))


def test_tasks_that_would_wait_without_end_are_noticed() -> None:
    loop = SimulatedLoop(1)
    with pytest.raises(NothingToDo):
        loop.run_until_complete(loop.create_future())
    loop.close()

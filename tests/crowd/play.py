"""One run of tests/client.py: the campaign, its progress on the screen, and the report."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import grpc
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from cinema.booking_channel import open_channel
from cinema.settings import BookingClientSettings, WrongSettings, read
from tests.crowd.campaign import Campaign, OnAnswer, Rules
from tests.crowd.load import (
    Attempt,
    Crowd,
    Outcome,
    draw_groups,
    draw_same_seat,
    free_seats,
)
from tests.crowd.recorded import recorded_crowds
from tests.crowd.report import figures
from tests.histories import report as histories
from tests.histories.check import Verdict


class CannotPlay(Exception):
    """There is nothing to measure; the text says why."""


async def play(args: argparse.Namespace) -> int:
    """The exit status: 0 for a good verdict, else 1. Raises CannotPlay."""
    async with open_channel(settings(args.address)) as channel:
        campaign = Campaign(rules(args))
        try:
            free = await find_free_seats(channel, args)
            async with recorded_crowds(
                [channel], args.session, args.deadline, args.record
            ) as recorded:
                with progress(args, len(free)) as on_answer:
                    await campaign.run(recorded.crowds[0], free, on_answer)
        except (grpc.aio.AioRpcError, TimeoutError) as error:
            if campaign.attempts:
                Console().print(figures(campaign.attempts, campaign.seconds))
            why = error.code().name if isinstance(error, grpc.aio.AioRpcError) else "no events"
            raise CannotPlay(
                f"booking at {args.address} does not answer ({why}): "
                "is it running, as by `make run`?"
            ) from None
        except OSError as error:
            raise CannotPlay(f"{args.record} cannot be written: {error.strerror}") from None
    return report(campaign, recorded.verdict, Console())


def settings(address: str) -> BookingClientSettings:
    os.environ["BOOKING_ADDRESS"] = address
    try:
        return read(BookingClientSettings)
    except WrongSettings as wrong:
        raise CannotPlay(str(wrong)) from None


async def find_free_seats(channel: grpc.aio.Channel, args: argparse.Namespace) -> list[str]:
    crowd = Crowd(channel, args.session, args.deadline)
    known = await crowd.session_ids()
    if args.session not in known:
        raise CannotPlay(f"there is no session {args.session}; there are {', '.join(known)}")
    free = free_seats(await crowd.seat_map())
    if not free:
        raise CannotPlay(f"{args.session} has no free seat left")
    return free


def rules(args: argparse.Namespace) -> Rules:
    if args.mode == "same-seat":
        draw = partial(draw_same_seat, args.buyers)
    else:
        draw = partial(draw_groups, args.buyers, args.seats_per_buyer)
    rounds = None if args.mode == "fill" else args.rounds
    return Rules(draw, rounds, args.confirm, args.keep, args.seed)


@contextmanager
def progress(args: argparse.Namespace, free: int) -> Iterator[OnAnswer]:
    """A bar on stderr that counts answers, or the seats taken where the session is filled."""
    filling = args.mode == "fill"
    columns = (BarColumn(), MofNCompleteColumn(), "seats" if filling else "answers")
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=free if filling else args.rounds * args.buyers)

        def on_answer(attempt: Attempt) -> None:
            if not filling:
                bar.advance(task)
            elif attempt.outcome is Outcome.WON:
                bar.advance(task, len(attempt.seats))

        yield on_answer


def report(campaign: Campaign, verdict: Verdict, console: Console) -> int:
    """Prints the figures and the verdict; 0 for a good one, else 1."""
    console.print(figures(campaign.attempts, campaign.seconds))
    if campaign.not_given_back:
        console.print(
            f"{campaign.not_given_back} holds were not given back; they expire by themselves"
        )
    if not any(attempt.outcome in (Outcome.WON, Outcome.REFUSED) for attempt in campaign.attempts):
        console.print("[red]FAIL[/]: no request was answered")
        return 1
    console.print(f"history: {histories.figures(verdict)}", highlight=False)
    if not verdict.violations:
        console.print(
            "[green]PASS[/]: every seat has at most one owner, no request only a part of its seats"
        )
        return 0
    console.print(f"[red]FAIL[/]: {len(verdict.violations)} contradictions")
    for line in histories.excerpts(verdict):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    return 1

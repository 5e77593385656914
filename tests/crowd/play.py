"""One run of tests/client.py: the campaign, its progress on the screen, and the report."""

import argparse
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
from tests.crowd.recorded import recorded_crowd
from tests.crowd.report import figures

FAULTS_SHOWN = 20


class CannotPlay(Exception):
    """There is nothing to measure; the text says why."""


async def play(args: argparse.Namespace) -> int:
    """The exit status: 0 for a good verdict, else 1. Raises CannotPlay."""
    async with open_channel(settings(args.address)) as channel:
        campaign = Campaign(rules(args))
        try:
            free = await find_free_seats(channel, args)
            async with new_crowd(channel, args) as crowd:
                with progress(args, len(free)) as on_answer:
                    await campaign.run(crowd, free, on_answer)
        except OSError as error:
            raise CannotPlay(f"{args.record} cannot be written: {error.strerror}") from None
        except grpc.aio.AioRpcError as error:
            if campaign.attempts:
                Console().print(figures(campaign.attempts, campaign.seconds))
            raise CannotPlay(
                f"booking at {args.address} does not answer ({error.code().name}): "
                "is it running, as by `make run`?"
            ) from None
    return report(campaign, Console())


@asynccontextmanager
async def new_crowd(channel: grpc.aio.Channel, args: argparse.Namespace) -> AsyncIterator[Crowd]:
    """With `--record` one that writes its history."""
    if args.record is None:
        yield Crowd(channel, args.session, args.deadline)
        return
    async with recorded_crowd(args.record, channel, args.session, args.deadline) as crowd:
        yield crowd


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


def report(campaign: Campaign, console: Console) -> int:
    """Prints the figures and the verdict; 0 for a good one, else 1."""
    console.print(figures(campaign.attempts, campaign.seconds))
    if campaign.not_given_back:
        console.print(
            f"{campaign.not_given_back} holds were not given back; they expire by themselves"
        )
    answered = [a for a in campaign.attempts if a.outcome in (Outcome.WON, Outcome.REFUSED)]
    found = list(campaign.faults) if answered else ["no request was answered"]
    if not found:
        console.print(
            "[green]PASS[/]: every seat has at most one owner, no request only a part of its seats"
        )
        return 0
    console.print(f"[red]FAIL[/]: {len(found)} contradictions")
    for fault in found[:FAULTS_SHOWN]:
        console.print(f"  {fault}", highlight=False, markup=False)
    return 1

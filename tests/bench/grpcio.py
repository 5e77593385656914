"""Several versions of grpcio beside each other: what an echo costs server and caller, and what a
hold costs booking.

    python -m tests.bench grpcio
    python -m tests.bench grpcio 1.80.1 1.85.1 --rounds 5

Each version has a virtual environment of its own in var/cache, with the generator, protobuf and
health checking that go with it and stubs made by them; everything else is what this one has. They
are measured in turn, round after round.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from deploy import ROOT
from tests.bench import big_room, report, yardsticks
from tests.bench.buyers import counter
from tests.bench.grpcio_caller import Called
from tests.bench.meter import metered
from tests.bench.row import Figure, Figures, Round, Row, Scale
from tests.bench.run import run
from tests.bench.stage import folder
from tests.bench.yardsticks import Yardstick
from tests.support.backends import RedisServer
from tests.support.processes import LocalProcess
from tests.support.services import Booking

VERSIONS = ("1.71.2", "1.75.1", "1.76.0", "1.80.1", "1.85.1")
CACHE = ROOT / "var" / "cache" / "grpcio"
CALLS = 4_000
SESSIONS = 24
INSTALL_SECONDS = 600
CALL_SECONDS = 300


@dataclass(frozen=True)
class Version:
    """An environment with one version of grpcio."""

    number: str

    @property
    def folder(self) -> Path:
        return CACHE / self.number

    @property
    def name(self) -> str:
        return self.number.replace(".", "_")

    def prepare(self) -> None:
        """Installs it, once, and makes its stubs."""
        ready = self.folder / "ready"
        if not ready.exists():
            self._install()
            ready.touch()
        # What it does not have itself comes from the environment that runs now: the cache may be
        # older than that.
        (self._site_packages() / "others.pth").write_text(sysconfig.get_path("purelib"))
        self._stubs.mkdir(exist_ok=True)
        out = [f"--{kind}_out={self._stubs}" for kind in ("python", "grpc_python")]
        self._python("-m", "grpc_tools.protoc", f"-I{ROOT}", *out, "cinema.proto")

    def _install(self) -> None:
        venv.create(self.folder, with_pip=True, clear=True)
        packages = ("grpcio", "grpcio-tools", "grpcio-health-checking")
        pinned = [f"{package}=={self.number}" for package in packages]
        self._python("-m", "pip", "install", "--quiet", *pinned)

    def adopt(self, process: LocalProcess) -> None:
        """It is to be started with this version."""
        process.command = [*self._command, *process.command[1:]]
        process.env |= self._environment

    def call(self, address: str, seats: str) -> Called:
        """Holds the seats, see grpcio_caller."""
        done = subprocess.run(
            [*self._command, "-m", "tests.bench.grpcio_caller", address],
            input=seats,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=CALL_SECONDS,
            env=os.environ | self._environment,
        )
        return Called(**json.loads(done.stdout))

    @property
    def _command(self) -> list[str]:
        # -P: the stubs beside the script, which are another version's, do not come first.
        return [str(self._executable), "-P"]

    @property
    def _environment(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{self._stubs}:{ROOT}"}

    @property
    def _stubs(self) -> Path:
        return self.folder / "stubs"

    @property
    def _executable(self) -> Path:
        return self.folder / "bin" / "python"

    def _site_packages(self) -> Path:
        base = {"base": str(self.folder), "platbase": str(self.folder)}
        return Path(sysconfig.get_path("purelib", "venv", base))

    def _python(self, *arguments: str) -> None:
        subprocess.run(
            [self._executable, *arguments], check=True, timeout=INSTALL_SECONDS, cwd=ROOT
        )


@dataclass(frozen=True)
class Bench:
    """An echo and a booking server of one version, and seats that nobody has."""

    version: Version
    echo: Yardstick
    booking: Booking
    seats: Iterator[tuple[str, str]]

    async def measure(self, calls: int) -> Figures:
        echo, caller = await self._cost(self.echo, self.echo.address, calls)
        booking, _ = await self._cost(self.booking, self.booking.address, calls)
        name = self.version.name
        return {f"{name}_echo": echo, f"{name}_caller": caller, f"{name}_booking": booking}

    async def _cost(self, server: LocalProcess, address: str, calls: int) -> tuple[float, float]:
        """Microseconds of CPU a call: the server's and the caller's."""
        seats = json.dumps(list(islice(self.seats, calls)))
        with metered({"server": server}) as spent:
            called = await asyncio.to_thread(self.version.call, address, seats)
        return spent.cpu["server"] / calls * 1e6, called.cpu_us


@asynccontextmanager
async def _bench(version: Version) -> AsyncIterator[Bench]:
    sessions = big_room.numbered(SESSIONS)
    with ExitStack() as stack:
        place = stack.enter_context(folder())
        redis = stack.enter_context(RedisServer(place / "redis"))
        programme = place / "programacao.toml"
        programme.write_text(big_room.programme(sessions), encoding="utf-8")
        booking = Booking(place, {"REDIS_URL": redis.url, "PROGRAMME_FILE": str(programme)})
        servers = (yardsticks.echo(place), booking)
        for server in servers:
            version.adopt(server)
            stack.enter_context(server)
        async with counter(booking.address) as at:
            seats = await at.seats(sessions[0])
        yield Bench(
            version, servers[0], booking, iter([(s, seat) for seat in seats for s in sessions])
        )


def _row(versions: Sequence[Version]) -> Row:
    @asynccontextmanager
    async def stage(scale: Scale) -> AsyncIterator[Round]:
        async with AsyncExitStack() as stack:
            benches = [await stack.enter_async_context(_bench(one)) for one in versions]

            async def one_round() -> Figures:
                figures: Figures = {}
                for bench in benches:
                    figures |= await bench.measure(scale.of(CALLS))
                return figures

            yield one_round

    parts = {"echo": "an echo: server", "caller": "an echo: caller", "booking": "a hold: booking"}
    figures = tuple(
        Figure(f"{version.name}_{part}", f"{text}, {version.number}", unit="µs")
        for part, text in parts.items()
        for version in versions
    )
    return Row("grpcio", "CPU by version of grpcio", "", figures, stage)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench grpcio", description=__doc__)
    parser.add_argument("versions", nargs="*", default=VERSIONS)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true", help="a fifth of the calls")
    args = parser.parse_args(arguments)
    versions = [Version(number) for number in args.versions]
    for version in versions:
        version.prepare()
    for result in run([_row(versions)], Scale(0.2 if args.quick else 1), args.rounds):
        sys.stdout.write(f"{report.table(result.row, result.figures)}\n")

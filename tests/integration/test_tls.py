"""Mutual TLS between booking and its callers. The certificates are made by the openssl command."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest

import cinema_pb2 as pb
from cinema.booking_channel import open_channel
from cinema.settings import BookingClientSettings
from cinema_pb2_grpc import ReservaStub
from tests.support.backends import RedisServer
from tests.support.booking_desk import CALL_SECONDS, desk_settings, new_session, programme
from tests.support.certificates import Certificates, make_certificates
from tests.support.infra import started, unavailable
from tests.support.services import Booking
from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Guarded:
    """A booking server that hears only callers whom its authority vouches for."""

    booking: Booking
    session: str
    own: Certificates

    @property
    def address(self) -> str:
        return f"localhost:{self.booking.port}"  # the name in the certificate

    async def ask(self, channel: grpc.aio.Channel) -> str:
        async with channel:
            request = pb.SessaoRequest(sessao_id=self.session)
            answer = await ReservaStub(channel).ObterMapa(request, timeout=CALL_SECONDS)
            return answer.mapa.sessao_id


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    if shutil.which("openssl") is None:
        unavailable("no openssl command, which makes the certificates")
    folder, session = tmp_path_factory.mktemp("guarded"), new_session()
    own = make_certificates(folder)
    (folder / "programacao.toml").write_text(programme([session]))
    with ExitStack() as stack:
        redis = stack.enter_context(started(lambda: RedisServer(folder / "redis")))
        booking = Booking(folder, desk_settings(folder, redis, **variables(own)))
        stack.callback(booking.kill)
        booking.launch()
        # Its health is asked without a certificate elsewhere, and would not be answered here.
        wait_until(lambda: "Redis answers and is durable" in booking.log, 20)
        yield Guarded(booking, session, own)


def variables(pair: Certificates) -> dict[str, str]:
    return {
        "BOOKING_TLS_CA": str(pair.authority),
        "BOOKING_TLS_CERT": str(pair.certificate),
        "BOOKING_TLS_KEY": str(pair.key),
    }


def settings(guarded: Guarded, pair: Certificates | None) -> BookingClientSettings:
    files = {name.lower(): Path(file) for name, file in variables(pair).items()} if pair else {}
    return BookingClientSettings.model_validate({"booking_address": guarded.address, **files})


async def test_a_caller_with_a_certificate_of_the_authority_is_answered(guarded: Guarded) -> None:
    channel = open_channel(settings(guarded, guarded.own))
    assert await guarded.ask(channel) == guarded.session


async def test_a_caller_without_a_certificate_is_refused(guarded: Guarded) -> None:
    authority = guarded.own.authority.read_bytes()
    credentials = grpc.ssl_channel_credentials(root_certificates=authority)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await guarded.ask(grpc.aio.secure_channel(guarded.address, credentials))
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_caller_with_a_certificate_of_another_authority_is_refused(
    guarded: Guarded, tmp_path: Path
) -> None:
    stranger = make_certificates(tmp_path)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=guarded.own.authority.read_bytes(),
        private_key=stranger.key.read_bytes(),
        certificate_chain=stranger.certificate.read_bytes(),
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await guarded.ask(grpc.aio.secure_channel(guarded.address, credentials))
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_caller_who_speaks_plainly_is_refused(guarded: Guarded) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await guarded.ask(open_channel(settings(guarded, None)))
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_caller_does_not_believe_a_server_of_another_authority(
    guarded: Guarded, tmp_path: Path
) -> None:
    channel = open_channel(settings(guarded, make_certificates(tmp_path)))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await guarded.ask(channel)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


def test_certificates_that_are_none_stop_the_start_with_a_line_that_names_the_variables(
    tmp_path: Path, guarded: Guarded
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    names = variables(guarded.own) | {"BOOKING_TLS_CERT": str(broken)}
    booking = Booking(tmp_path, {"LOG_LEVEL": "INFO", **names})
    booking.launch()
    assert booking.wait() == 1
    assert "cannot start: " in booking.log
    assert "BOOKING_TLS_" in booking.log
    assert "Traceback" not in booking.log

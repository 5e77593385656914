"""A channel to the booking service, for the gateway, the producer, the consumer and the tests."""

import json
from pathlib import Path

import grpc

from cinema.settings import BookingClientSettings, TlsSettings

# In the metadata with which a server begins a stream of `Lotes`, with a name of its own. One from before there were
# batches refuses without it.
BATCHES_ARE_KNOWN = "lotes"
# A server that went away is tried again within a second; a call waits no longer than its deadline.
OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    # gRPC's name for how long one attempt may take, TLS and greeting included; a refused one is tried again earlier.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.enable_retries", 0),
    # Booking is internal: a proxy for the outside, which a machine's environment may name, does not lead there.
    ("grpc.enable_http_proxy", 0),
    (
        "grpc.service_config",
        json.dumps({"loadBalancingConfig": [{"round_robin": {}}]}),
    ),
]


def open_channel(settings: BookingClientSettings) -> grpc.aio.Channel:
    """Connects at the first call, not here. Every name behind `booking_address` gets its share of the calls."""
    if settings.booking_tls_ca is None:
        return grpc.aio.insecure_channel(settings.booking_address, options=OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=settings.booking_tls_ca.read_bytes(),
        private_key=_read(settings.booking_tls_key),
        certificate_chain=_read(settings.booking_tls_cert),
    )
    return grpc.aio.secure_channel(settings.booking_address, credentials, options=OPTIONS)


def server_credentials(settings: TlsSettings) -> grpc.ServerCredentials | None:
    """Mutual TLS: a caller without a certificate of our authority is not heard. None without the settings."""
    if settings.booking_tls_ca is None:
        return None
    pair = (_read(settings.booking_tls_key), _read(settings.booking_tls_cert))
    return grpc.ssl_server_credentials(
        [pair], root_certificates=settings.booking_tls_ca.read_bytes(), require_client_auth=True
    )


def _read(path: Path | None) -> bytes:
    if path is None:
        raise ValueError("TLS needs a certificate and its key")
    return path.read_bytes()

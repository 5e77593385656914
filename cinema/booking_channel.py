"""gRPC channels to booking, and TLS for both sides."""

import json
from pathlib import Path

import grpc

from cinema.settings import BookingClientSettings, TlsSettings

# A key of the initial metadata of a `Lotes` stream: the server's name. A server from before there
# were batches refuses the call without it.
BATCHES_ARE_KNOWN = "lotes"
# Reconnects within a second. A call waits for that no longer than its deadline.
OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    # In spite of its name: how long one attempt to connect may take, with TLS and HTTP/2 settings.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.enable_retries", 0),
    # Booking is internal: the environment's proxy is for other hosts.
    ("grpc.enable_http_proxy", 0),
    (
        "grpc.service_config",
        json.dumps({"loadBalancingConfig": [{"round_robin": {}}]}),
    ),
]


def open_channel(settings: BookingClientSettings) -> grpc.aio.Channel:
    """Connects at the first call. Calls are balanced over all addresses of `booking_address`."""
    if settings.booking_tls_ca is None:
        return grpc.aio.insecure_channel(settings.booking_address, options=OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=settings.booking_tls_ca.read_bytes(),
        private_key=_read(settings.booking_tls_key),
        certificate_chain=_read(settings.booking_tls_cert),
    )
    return grpc.aio.secure_channel(settings.booking_address, credentials, options=OPTIONS)


def server_credentials(settings: TlsSettings) -> grpc.ServerCredentials | None:
    """Mutual TLS: refuses callers without a certificate of our authority.

    None without the settings.
    """
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

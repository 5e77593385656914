"""The listener's signature on /notify_liberacao."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from cinema.expiry_notice import TOLERANCE_SECONDS, shared_secret, sign, verify
from cinema.settings import NotifySecretSettings

SECRET = b"a secret of the tests"
BODY = b'{"sessao":"S001","assento":"A05","motivo":"timeout"}'
NOW = 1_795_000_000


def test_a_fresh_signature_is_accepted() -> None:
    assert verify(SECRET, str(NOW), sign(SECRET, NOW, BODY), BODY, NOW)


def test_the_signature_is_the_published_hmac_sha256() -> None:
    """Computed with `printf '1795000000.{}' | openssl dgst -sha256 -hmac key`."""
    assert sign(b"key", NOW, b"{}") == (
        "71f6cd81e7ac967a6bfd8d621347e9ee7792b1fde3a9a64c3161a631437c7fb6"
    )


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS, TOLERANCE_SECONDS])
def test_clocks_may_differ_by_half_a_minute(seconds: int) -> None:
    assert verify(SECRET, str(NOW), sign(SECRET, NOW, BODY), BODY, NOW + seconds)


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1, 10**9])
def test_a_recorded_request_is_refused_later_and_one_from_the_future_too(seconds: int) -> None:
    assert not verify(SECRET, str(NOW), sign(SECRET, NOW, BODY), BODY, NOW + seconds)


def test_another_body_or_another_time_needs_another_signature() -> None:
    signature = sign(SECRET, NOW, BODY)
    assert not verify(SECRET, str(NOW), signature, BODY + b" ", NOW)
    assert not verify(SECRET, str(NOW + 1), signature, BODY, NOW)
    assert not verify(b"another secret", str(NOW), signature, BODY, NOW)


@pytest.mark.parametrize("signature", ["", "0" * 64, "não", "\ud800", "x" * 10_000])
def test_a_forged_signature_is_refused(signature: str) -> None:
    assert not verify(SECRET, str(NOW), signature, BODY, NOW)


@pytest.mark.parametrize("timestamp", ["", "agora", "-1", "1e9", "١٢٣", "9" * 5_000, "nan"])
def test_a_malformed_time_is_refused(timestamp: str) -> None:
    assert not verify(SECRET, timestamp, sign(SECRET, NOW, BODY), BODY, NOW)


def test_listener_and_gateway_find_the_same_secret_without_any_setting(tmp_path: Path) -> None:
    first, second = (NotifySecretSettings(secrets_dir=tmp_path / "secrets") for _ in range(2))
    assert shared_secret(first) == shared_secret(second)
    assert len(shared_secret(first)) >= 32


def test_a_secret_that_is_set_comes_first(tmp_path: Path) -> None:
    settings = NotifySecretSettings(
        secrets_dir=tmp_path, notify_secret=SecretStr("sixteen or more…")
    )
    assert shared_secret(settings) == "sixteen or more…".encode()
    assert not list(tmp_path.iterdir())

"""What Redis' errors mean for an operator."""

import pytest
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,  # noqa: A004 - redis-py's own
    OutOfMemoryError,
    ResponseError,
)

from booking.redis_health import explain


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ResponseError("MISCONF Redis is configured to save RDB snapshots, but ..."), "MISCONF"),
        (ResponseError("NOREPLICAS Not enough good replicas to write."), "NOREPLICAS"),
        (OutOfMemoryError("command not allowed when used memory > ...", status_code="OOM"), "OOM"),
        (BusyLoadingError("Redis is loading the dataset", status_code="LOADING"), "LOADING"),
        (ClusterDownError("CLUSTERDOWN The cluster is down"), "CLUSTERDOWN"),
        (
            ResponseError(
                "Error running script (call to f_1): @user_script:13: -OOM command not allowed"
            ),
            "OOM",
        ),
        (
            ResponseError(
                "Error running script (call to f_1): @user_script: 1: -MISCONF Errors writing "
                "to the AOF"
            ),
            "MISCONF",
        ),
        (
            ResponseError(
                "Error running script (call to f_1): @user_script:13: -NOREPLICAS Not enough "
                "good replicas",
                status_code="ERR",
            ),
            "NOREPLICAS",
        ),
    ],
)
def test_the_reason_for_a_refusal_is_named(error: Exception, code: str) -> None:
    assert explain(error).startswith(f"Redis refuses writes: {code}, ")


def test_an_unknown_cause_is_reported_in_redis_own_words() -> None:
    assert explain(ResponseError("ERR strange")) == "Redis refuses writes: ERR strange"
    assert explain(ConnectionError("refused")) == "Redis does not answer: refused"
    assert explain(TimeoutError()) == "Redis does not answer: TimeoutError"

"""The model of the seats keeps every guarantee, and notices each one that is taken away."""

import os
from pathlib import Path

import pytest

from tests.model.spin import explore, missing
from tests.model.variants import AS_IT_IS, BROKEN, SMALL, Variant


def named(variant: Variant) -> str:
    return variant.name


@pytest.fixture(autouse=True)
def _spin() -> None:
    if missing():
        reason = f"no {' and no '.join(missing())} here: python -m tests.model.spin"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.mark.parametrize("variant", AS_IT_IS, ids=named)
def test_no_state_breaks_a_guarantee(variant: Variant, tmp_path: Path) -> None:
    explored = explore((*variant.options, *SMALL, "LAST=2"), tmp_path)
    assert (explored.broken, explored.steps) == ("", ())


@pytest.mark.nightly
@pytest.mark.parametrize("variant", AS_IT_IS, ids=named)
def test_no_state_breaks_a_guarantee_for_longer(variant: Variant, tmp_path: Path) -> None:
    explored = explore((*variant.options, "LAST=2"), tmp_path)
    assert (explored.broken, explored.steps) == ("", ())


@pytest.mark.parametrize("variant", BROKEN, ids=named)
def test_the_model_notices_what_is_taken_away(variant: Variant, tmp_path: Path) -> None:
    explored = explore((*variant.options, *SMALL), tmp_path)
    assert explored.broken == variant.breaks, explored.steps

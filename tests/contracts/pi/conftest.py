"""The runtime that a test of the suite runs on, and a loud word when the real one is missing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.pi_runtimes import FAMILIES, REAL, Runtime, has_real_runtime, runtime

MISSING = "no real Pi runtime on this machine (make setup-npm)"
_real = pytest.param(REAL, marks=pytest.mark.skipif(not has_real_runtime(), reason=MISSING))


@pytest.fixture(params=[*FAMILIES, _real])
async def pi(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Runtime]:
    """Each runtime in turn."""
    async with runtime(request.param, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture(params=FAMILIES)
async def played(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Runtime]:
    """Each family of the stand-in: for faults that the real one cannot be brought to."""
    async with runtime(request.param, tmp_path, monkeypatch) as made:
        yield made

"""Short ways to call the tools as functions."""

from collections.abc import Callable

import pytest

from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.protocol.tools import FsEdit, Replacement


def failure(work: Callable[[], object]) -> str:
    with pytest.raises(ToolFailedError) as caught:
        work()
    return caught.value.failure.code


def never() -> bool:
    return False


def edits(path: str, *pairs: tuple[str, str], every: bool = False) -> FsEdit:
    return FsEdit(path=path, edits=[Replacement(old=old, new=new, every=every) for old, new in pairs])

"""The suite that compares our gateway with released ones; frames are checked by the published schemas where they
are installed (`tests/support/gateway_schema.py`), which every test client does."""

import pytest

from tests.support.gateway_schema import PROTOCOL_PACKAGE_MISSING, has_protocol_package


@pytest.fixture(scope="session")
def published_schemas() -> None:
    """Skip, loudly, where the published schemas are missing."""
    if not has_protocol_package():
        pytest.skip(PROTOCOL_PACKAGE_MISSING)

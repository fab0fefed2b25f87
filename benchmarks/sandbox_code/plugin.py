"""The code that the sandbox benchmark runs."""

from typing import Any


def run(inputs: Any, host: Any) -> Any:
    """As little as a plugin can do."""
    return inputs

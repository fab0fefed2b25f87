"""The one place of the bridge that reads the process environment."""

import os


def inherited_environment() -> dict[str, str]:
    """The environment of the person who started the bridge: commands run with it, as in their own terminal."""
    return dict(os.environ)

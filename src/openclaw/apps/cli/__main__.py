"""``python -m openclaw.apps.cli``: the same as ``openclaw``."""

from openclaw.apps.cli.main import main

if __name__ == "__main__":
    main()

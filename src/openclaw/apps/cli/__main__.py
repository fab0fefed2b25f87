"""``python -m openclaw.apps.cli``: the same as the ``openclaw`` command."""

from openclaw.apps.cli.main import main

if __name__ == "__main__":
    main()

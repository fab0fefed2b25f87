"""``python -m openclaw.apps.db``: the database's commands without the rest of the CLI."""

from openclaw.apps.db.main import main

main()

"""``python -m openclaw.apps.bridge.host``: the commands of the machine itself without the rest of the CLI."""

from openclaw.apps.bridge.host.main import app

if __name__ == "__main__":
    app(prog_name="openclaw host")

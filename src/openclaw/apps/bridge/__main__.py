"""``python -m openclaw.apps.bridge``: the bridge's commands without the rest of the CLI."""

from openclaw.apps.bridge.main import app

if __name__ == "__main__":
    app(prog_name="openclaw bridge")

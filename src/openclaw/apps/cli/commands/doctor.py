"""`openclaw doctor`."""

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command


def add_doctor_command(app: typer.Typer) -> None:
    """Declare it."""
    command(app, "doctor", "doctor", heading="commands_machine")(_doctor)


def _doctor(server: Server = None, as_json: AsJson = False) -> int:
    from openclaw.apps.cli.doctor.report import examine

    return examine(server, as_json=as_json)

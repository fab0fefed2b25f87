"""Files that start the bridge at login: a systemd user unit, a launchd agent, a Windows scheduled task."""

import getpass
import plistlib
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree as ET

import platformdirs

from openclaw.apps.bridge.machine import platform_name

_UNIT = "openclaw-bridge"
_LABEL = "ai.openclaw.bridge"
_TASK_SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"


class ServiceSystem(StrEnum):
    """Whose file is written."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


@dataclass(frozen=True)
class ServiceFile:
    """A file to write, and the commands that put it to use."""

    name: str
    content: bytes
    default_folder: Path

    def next_commands(self, path: Path) -> list[str]:
        """What to type after the file was written to ``path``."""
        quoted = f'"{path}"'
        if self.name.endswith(".service"):
            steps = [] if path.parent == self.default_folder else [f"systemctl --user link {quoted}"]
            return [
                *steps,
                "systemctl --user daemon-reload",
                f"systemctl --user enable --now {_UNIT}",
                "loginctl enable-linger   # keeps it running while you are logged out",
            ]
        if self.name.endswith(".plist"):
            return [f"launchctl bootstrap gui/$(id -u) {quoted}"]
        return [f"schtasks /Create /TN OpenClawBridge /XML {quoted}", "schtasks /Run /TN OpenClawBridge"]


def own_system() -> ServiceSystem:
    """The system that this runs on; Linux for the other Unixes."""
    name = platform_name()
    return ServiceSystem(name) if name in set(ServiceSystem) else ServiceSystem.LINUX


def service_file(system: ServiceSystem, arguments: list[str], *, state_folder: Path) -> ServiceFile:
    """The file for ``system`` that runs this Python with ``arguments``."""
    command = [sys.executable, *arguments]
    if system is ServiceSystem.LINUX:
        folder = Path(platformdirs.user_config_path("systemd", appauthor=False)) / "user"
        return ServiceFile(f"{_UNIT}.service", _systemd_unit(command).encode(), folder)
    if system is ServiceSystem.MACOS:
        return ServiceFile(
            f"{_LABEL}.plist", _launchd_agent(command, state_folder), Path.home() / "Library" / "LaunchAgents"
        )
    return ServiceFile(f"{_UNIT}.xml", _windows_task(command), state_folder)


def _systemd_unit(command: list[str]) -> str:
    start = " ".join(_systemd_word(word) for word in command)
    return (
        "[Unit]\n"
        "Description=OpenClaw bridge: lets your assistant act on this machine\n"
        "\n"
        "[Service]\n"
        f"ExecStart={start}\n"
        "Restart=on-failure\n"
        "RestartSec=2\n"
        "KillMode=mixed\n"
        "TimeoutStopSec=10\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _launchd_agent(command: list[str], state_folder: Path) -> bytes:
    return plistlib.dumps(
        {
            "Label": _LABEL,
            "ProgramArguments": command,
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ProcessType": "Background",
            "StandardErrorPath": str(state_folder / "bridge.log"),
        }
    )


def _windows_task(command: list[str]) -> bytes:
    ET.register_namespace("", _TASK_SPACE)
    task = _element(None, "Task", version="1.2")
    _element(_element(task, "RegistrationInfo"), "Description", "OpenClaw bridge")
    trigger = _element(_element(task, "Triggers"), "LogonTrigger")
    _element(trigger, "Enabled", "true")
    _element(trigger, "UserId", getpass.getuser())
    principal = _element(_element(task, "Principals"), "Principal", id="Author")
    _element(principal, "LogonType", "InteractiveToken")
    _element(principal, "RunLevel", "LeastPrivilege")
    settings = _element(task, "Settings")
    for name, value in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("ExecutionTimeLimit", "PT0S"),
    ):
        _element(settings, name, value)
    restart = _element(settings, "RestartOnFailure")
    _element(restart, "Interval", "PT1M")
    _element(restart, "Count", "999")
    action = _element(_element(task, "Actions", Context="Author"), "Exec")
    _element(action, "Command", command[0])
    _element(action, "Arguments", subprocess.list2cmdline(command[1:]))
    return ET.tostring(task, encoding="utf-16", xml_declaration=True)


def _element(parent: ET.Element | None, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    tag = f"{{{_TASK_SPACE}}}{name}"
    made = ET.Element(tag, attributes) if parent is None else ET.SubElement(parent, tag, attributes)
    made.text = text
    return made

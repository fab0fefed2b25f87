"""Machines that offer less: what is found there, and what is said."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openclaw.sandbox.calls import Call, Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.errors import SandboxLostError, SandboxUnavailableError
from openclaw.sandbox.frames import Settings
from tests.sandbox.conftest import HOSTILE, MISSING, Cell, value

# Run by a process with mounts of its own; `{steps}` are what its machine lacks.
_THERE = """
import json, os, subprocess, sys
from openclaw.sandbox.guest import kernel
kernel.unshare(kernel.NEW_MOUNT)
kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
{steps}
done = subprocess.run([sys.executable, "-m", "openclaw.sandbox", "status", "--json"], capture_output=True, text=True)
sys.stderr.write(done.stderr)
sys.stdout.write(done.stdout)
"""
_NO_BUBBLEWRAP = """
for place in ("/usr/bin/bwrap", "/usr/local/bin/bwrap"):
    if os.path.exists(place):
        kernel.mount("/dev/null", place, None, kernel.BIND)
"""
# As container runtimes do: then the kernel lets no user namespace mount a /proc of its own.
_MASKED_PROC = """
for place in ("/proc/acpi", "/proc/scsi", "/proc/irq", "/proc/bus", "/proc/fs"):
    if os.path.isdir(place):
        kernel.mount("tmpfs", place, "tmpfs", kernel.READ_ONLY, "size=4k")
"""


def _status(steps: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _THERE.format(steps=steps)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


# A root with no other users, who may make no namespaces: a container within strict limits.
_ALONE = """
kernel.unshare(kernel.NEW_USER)
kernel.write_file("/proc/self/setgroups", "deny")
kernel.write_file("/proc/self/uid_map", "0 0 1")
kernel.write_file("/proc/self/gid_map", "0 0 1")
kernel.write_file("/proc/sys/user/max_user_namespaces", "0")
"""

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can change what a machine offers")


@needs_root
def test_without_bubblewrap() -> None:
    found = _status(_NO_BUBBLEWRAP)
    if found["tier"] == "none":
        pytest.skip(MISSING)
    assert found["tier"] == "landlock"
    assert found["findings"]["namespaces"] != "held"


@needs_root
def test_where_a_container_masks_proc() -> None:
    if _status("")["tier"] != "namespaces":
        pytest.skip(MISSING)
    found = _status(_MASKED_PROC)
    assert found["tier"] == "namespaces"
    assert found["findings"]["proc"] == "covered"


@needs_root
def test_where_namespaces_are_refused_and_there_are_no_other_users() -> None:
    found = _status(_ALONE)
    if found["tier"] == "none":
        pytest.skip(MISSING)
    assert found["tier"] == "landlock"
    assert found["findings"]["user"] == "the server's own"
    assert found["findings"]["processes"] == "held"


async def test_other_systems_refuse_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxUnavailableError, match="Linux"):
        await Sandbox().run(Call(code=(), entry="a:b"))


async def test_a_jail_serves_any_code_and_shows_each_call_its_own(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.stat().st_uid == os.getuid():
            parent.chmod(0o755)
    other = tmp_path / "other"
    other.mkdir()
    (other / "other.py").write_text(
        "import os\ndef listed(n):\n"
        "    try:\n        return os.listdir(f'/code/{n}')\n"
        "    except PermissionError:\n        return []\n"
        "def run(inputs, host):\n"
        "    try:\n        os.mkdir('/code/0/written')\n"
        "    except OSError:\n        return [listed(n) for n in range(16)]\n"
    )
    other.chmod(0o777)  # whatever its permissions, it is read-only
    async with Sandbox(Settings(slots=1, only=Tier.NAMESPACES)) as sandbox:
        hello = await sandbox.start()
        if hello.tier is Tier.NONE:
            pytest.skip(f"{MISSING} ({hello.findings})")
        cell = Cell(sandbox, hello.tier, hello.findings)
        for _ in range(2):  # there is one jail, and both are warm at once
            alone = value(await cell.run("other:run", code=(str(other),)))
            assert alone == [["other.py"], *([],) * 15]
            assert value(await cell.run("sanity", 1))["inputs"] == 1
        both = value(await cell.run("other:run", code=(HOSTILE, str(other))))
        assert "hostile.py" in both[0]
        assert both[1:3] == [["other.py"], []]
        with pytest.raises(SandboxLostError, match="more than 16"):
            await cell.run("other:run", code=(str(other),) * 17)


@needs_root
def test_root_without_the_right_to_mount_takes_a_user_namespace() -> None:
    found = _status("kernel.libc.prctl(24, 21, 0, 0, 0)  # CAP_SYS_ADMIN leaves the bounding set")
    if found["tier"] != "namespaces":
        pytest.skip(MISSING)
    assert found["findings"]["user"] == "each jail has its own"


async def test_code_that_is_not_there_is_no_jail() -> None:
    async with Sandbox(Settings(slots=1, only=Tier.NAMESPACES)) as sandbox:
        hello = await sandbox.start()
        if hello.tier is Tier.NONE:
            pytest.skip(MISSING)
        cell = Cell(sandbox, hello.tier, hello.findings)
        with pytest.raises(SandboxLostError, match="absent"):
            await cell.run("sanity", code=("/absent/folder",))
        assert value(await cell.run("sanity", 1))["inputs"] == 1

"""Control groups of version 2, on a hierarchy of that version with whatever controllers this kernel has left for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root mounts control groups")

# Version 2 may be mounted beside version 1; a controller is with one of them, so which one stands in does not matter.
_THERE = """
import json, os, signal, subprocess, sys
from pathlib import Path
from openclaw.sandbox.guest import kernel
from openclaw.sandbox.supervisor import cgroups
root, name = Path(sys.argv[1]), sys.argv[2]
kernel.unshare(kernel.NEW_MOUNT)
kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
kernel.mount("none", str(root), "cgroup2", 0)
controller = next(iter((root / "cgroup.controllers").read_text().split()), None)
if controller is None:
    print(json.dumps(None))
    raise SystemExit
enabled = controller in (root / "cgroup.subtree_control").read_text().split()
home = root / cgroups._own_group("").lstrip("/")
(root / "cgroup.subtree_control").write_text(f"+{controller}")
base = root / name
base.mkdir()
(base / "cgroup.procs").write_text("0")
cgroups._ROOT, cgroups._V2 = root, (controller,)
found = [cgroups.find_parents(), cgroups.find_parents()]
told = {
    "parents": [[str(path) for path in parents.values()] for parents in found],
    "where": cgroups._own_group(""),
    "enabled": (base / "cgroup.subtree_control").read_text().split() == [controller],
}
group = cgroups.Group(found[0], "openclaw-1-1")
group.folders = dict.fromkeys(("memory", "pids", "cpu"), base / "openclaw-1-1")
group.folders["cpu"].mkdir()
busy = "import os, signal\\nwhile os.times().user < 0.1: pass\\nprint('done', flush=True); os.fork(); signal.pause()"
child = subprocess.Popen([sys.executable, "-c", busy], preexec_fn=group.enter, stdout=subprocess.PIPE)
child.stdout.readline()
told["cpu"] = group.cpu_seconds()
told["gone_while_alive"] = os.path.exists(group.folders["cpu"])
group.kill()
told["ended_by"] = child.wait()
while not group.is_gone():
    os.sched_yield()
told["left"] = sorted(path.name for path in base.iterdir() if path.is_dir())
(base / "cgroup.subtree_control").write_text(f"-{controller}")
(home / "cgroup.procs").write_text("0")
(base / "openclaw").rmdir()
base.rmdir()
if not enabled:
    (root / "cgroup.subtree_control").write_text(f"-{controller}")
print(json.dumps(told))
"""


def test_groups_of_version_2(tmp_path: Path) -> None:
    name = f"openclaw-test-{os.getpid()}"
    command = [sys.executable, "-c", _THERE, str(tmp_path), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "cgroup2" in done.stderr and "mount" in done.stderr:
        pytest.skip(f"version 2 cannot be mounted here: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    if told is None:
        pytest.skip("this kernel has no controller left for version 2")
    assert told["parents"] == [[str(tmp_path / name)]] * 2  # the second finds what the first has made
    assert told["where"] == f"/{name}/openclaw"
    assert told["enabled"]
    assert told["cpu"] >= 0.09
    assert told["ended_by"] == -9
    assert told["left"] == ["openclaw"]


def test_limits_of_version_2_are_written_where_the_kernel_reads_them(tmp_path: Path) -> None:
    """The files by the names and forms of Documentation/admin-guide/cgroup-v2.rst."""
    from openclaw.sandbox.supervisor.cgroups import Group

    group = Group(dict.fromkeys(("memory", "pids", "cpu"), tmp_path), "slot")
    group.make(memory_bytes=1000, processes=5)
    slot = tmp_path / "slot"
    assert (slot / "memory.max").read_text() == "1000"
    assert (slot / "memory.swap.max").read_text() == "0"
    assert (slot / "pids.max").read_text() == "5"
    (slot / "memory.events").write_text("low 0\nhigh 3\nmax 9\noom 2\noom_kill 1\noom_group_kill 0\n")
    (slot / "pids.events").write_text("max 4\n")
    (slot / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n")
    (slot / "memory.peak").write_text("900\n")
    assert group.is_over
    assert group.has_refused_processes
    assert group.cpu_seconds() == 2.5
    assert group.peak_bytes == 900
    group.limit(memory_bytes=2000, processes=6)
    assert not group.is_over
    assert not group.has_refused_processes
    assert (slot / "memory.peak").read_text().startswith("0")  # any word resets it, for who keeps it open
    for file in slot.iterdir():  # those of the kernel go by themselves
        file.unlink()
    assert group.is_gone()

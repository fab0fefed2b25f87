"""What this machine can keep apart: tried out, strongest first, with words for who has to change it."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from openclaw.sandbox.calls import Limits, Tier
from openclaw.sandbox.frames import Hello, Settings
from openclaw.sandbox.guest import landlock
from openclaw.sandbox.supervisor import cgroups, jail
from openclaw.sandbox.supervisor.gvisor import Engine, Sandboxed
from openclaw.sandbox.supervisor.oneshot import OneShots
from openclaw.sandbox.supervisor.pool import Pool
from openclaw.sandbox.supervisor.processes import can_become
from openclaw.sandbox.supervisor.slot import JailError, Place, Slot, Verdict
from openclaw.sandbox.supervisor.watch import Watch

_JOB = json.dumps({"entry": "openclaw.sandbox.guest.probe:run", "inputs": "probe"}).encode()
_HELD = json.dumps({"output": ["probe", []]}).encode()
_LIMITS = Limits(wall_seconds=10)
_USERS = 200_000  # in the range that no system gives to people
_FEWER_USERS = 60_000  # containers whose root is an ordinary user have 65,536
_BUBBLEWRAP = (
    "Install bubblewrap (apt-get install bubblewrap, dnf install bubblewrap), and let it make user namespaces: in a "
    "container run with --security-opt seccomp=unconfined, on Ubuntu add an AppArmor profile with `userns,`."
)
_RUNSC = (
    "Install gVisor's runsc (apt-get install runsc on Debian and Ubuntu, elsewhere see gvisor.dev); it needs the "
    "right to mount, or to make user namespaces, and to trace processes."
)
_KERNEL = "Linux 5.13 or later with Landlock is the least that is needed. " + _BUBBLEWRAP


class Runner(Protocol):
    """Runs calls in one tier."""

    recycled: int

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """One call, as soon as there is room."""
        ...

    async def close(self) -> None:
        """End what is kept warm."""
        ...


@dataclass
class Machine:
    """The tier that holds here and what runs calls in it; ``findings`` say how it was found."""

    tier: Tier = Tier.NONE
    runner: Runner | None = None
    findings: dict[str, str] = field(default_factory=dict)
    first_user: int | None = None

    def hello(self) -> Hello:
        """For the client."""
        tried = [
            f"{name}: {self.findings[name]}"
            for name in ("kernel", "namespaces", "processes")
            if name in self.findings
        ]
        reason = "" if self.runner else f"this machine offers no isolation that holds ({'; '.join(tried)})"
        remedies = {Tier.LANDLOCK: _BUBBLEWRAP, Tier.NONE: _RUNSC if "kernel" in self.findings else _KERNEL}
        return Hello(self.tier, self.findings, reason, remedies.get(self.tier, _RUNSC))


async def probe(settings: Settings, runtime: Path, sight: jail.Sight) -> Machine:
    """Try the tiers; the first that keeps a harmless call from what is forbidden is taken."""
    machine = Machine()
    findings = machine.findings
    is_root = os.getuid() == 0
    first_user = _first_user() if is_root else None
    (runtime / "passwd").write_text("root:x:0:0::/:/bin/sh\nsandbox:x:1000:1000::/tmp:/bin/sh\n")
    if settings.only is not Tier.LANDLOCK:
        sight.become_private()
    findings["user"] = "the server's own" if first_user is None else "each jail has its own"
    findings["landlock"] = str(landlock.version() or "none")
    groups = cgroups.find_parents()
    cgroups.remove_orphans(groups)
    if settings.only is Tier.HARDENED:
        engine = await _hardened(findings, sight, runtime, groups)
        if engine is not None:
            findings["user"] = "of its own kernel"
            findings["limits"] = "control group" if engine.groups else "sampled"
            pool = Pool(partial(_sandboxed, engine), settings, None, f"openclaw-{os.getpid()}")
            pool.warm()
            return Machine(Tier.HARDENED, pool, findings, first_user)
    if settings.only in {None, Tier.NAMESPACES}:
        place = await _namespaces(findings, sight, runtime, groups, first_user)
        if place is not None:
            findings["limits"] = "control group" if place.groups else "sampled"
            pool = Pool(partial(_slot, place), settings, first_user, f"openclaw-{os.getpid()}")
            pool.warm()
            return Machine(Tier.NAMESPACES, pool, findings, first_user)
    if settings.only in {None, Tier.LANDLOCK}:
        runner = await _landlock(findings, runtime, settings, first_user)
        if runner is not None:
            findings["limits"] = "sampled"
            return Machine(Tier.LANDLOCK, runner, findings, first_user)
    return machine


def _sandboxed(engine: Engine, user: int | None, name: str) -> Sandboxed:
    return Sandboxed(engine, name=name)


def _slot(place: Place, user: int | None, name: str) -> Slot:
    return Slot(place, user=user, name=name)


def _first_user() -> int | None:
    """The first of those that jails run as: of this supervisor alone, or where fewer users exist, the last of them."""
    for user in (_USERS + 64 * (os.getpid() % 4096), _FEWER_USERS):
        if can_become(user - 1) and can_become(user + 64):
            return user
    return None


def _interpreters() -> list[jail.Interpreter]:
    """Ours, and the system's of the same version, for where others may not read ours."""
    found = [jail.this_interpreter()]
    other = Path(f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}")
    if other.exists() and str(other) != found[0].program:
        found.append(jail.Interpreter(str(other), "/usr"))
    return found


async def _hardened(
    findings: dict[str, str], sight: jail.Sight, runtime: Path, groups: dict[str, Path]
) -> Engine | None:
    program = shutil.which("runsc", path="/usr/bin:/bin:/usr/local/bin")
    if program is None:
        findings["kernel"] = "runsc is not installed"
        return None
    if not sight.is_private:
        findings["kernel"] = "the kernel or its policy refuses to mount"
        return None
    for python in _interpreters():
        engine = Engine(program, python, sight, runtime, groups)
        engine.prepare()
        trial = Sandboxed(engine, name=f"openclaw-{os.getpid()}-probe")
        try:
            await trial.start()
            watch = Watch(_LIMITS, on_question=lambda _: None)
            verdict = await trial.run(watch, (str(jail.GUEST),), _JOB, _LIMITS, network=False)
            findings["kernel"] = said = _held(watch, verdict, told={})
        except (JailError, OSError) as error:
            findings["kernel"] = said = str(error)
        finally:
            await trial.close()
        if said == "held":
            findings["python"] = python.program
            return engine
    return None


async def _namespaces(
    findings: dict[str, str],
    sight: jail.Sight,
    runtime: Path,
    groups: dict[str, Path],
    first_user: int | None,
) -> Place | None:
    program = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")
    if program is None:
        findings["namespaces"] = "bubblewrap is not installed"
        return None
    if not sight.is_private:
        findings["namespaces"] = "the kernel or its policy refuses namespaces"
        return None
    for python in _interpreters():
        place = Place(program, python, sight, runtime, groups)
        for variant in (
            place,
            replace(place, has_proc=False),
            *([replace(place, groups={})] if groups else []),
        ):
            findings["namespaces"] = said = await _try_slot(variant, first_user)
            if said == "held":
                findings["python"] = python.program
                findings["proc"] = "own" if variant.has_proc else "covered"
                return variant
    return None


async def _try_slot(place: Place, user: int | None) -> str:
    trial = Slot(place, user=user, name=f"openclaw-{os.getpid()}-probe")
    try:
        await trial.start()
        watch = Watch(_LIMITS, on_question=lambda _: None)
        verdict = await trial.run(watch, (str(jail.GUEST),), _JOB, _LIMITS, network=False)
        return _held(watch, verdict)
    except (JailError, OSError) as error:
        return str(error)
    finally:
        await trial.close()


async def _landlock(
    findings: dict[str, str], runtime: Path, settings: Settings, first_user: int | None
) -> OneShots | None:
    if not landlock.version():
        findings["processes"] = "the kernel has no Landlock"
        return None
    for python in _interpreters():
        runner = OneShots(python, runtime, settings, first_user)
        watch = Watch(_LIMITS, on_question=lambda _: None)
        try:
            verdict = await runner.run(watch, (), _JOB, _LIMITS, network=False)
            findings["processes"] = said = _held(watch, verdict)
        except (JailError, OSError) as error:
            findings["processes"] = said = str(error)
        if said == "held":
            findings["python"] = python.program
            return runner
    return None


_TOLD = {"socket(AF_INET)": 1}


def _held(watch: Watch, verdict: Verdict, told: Mapping[str, int] = _TOLD) -> str:
    """``held``, or what went wrong. ``told``: the refusals that must have been."""
    seen = watch.seen
    watch.close()
    if verdict.lost or verdict.stopped_by:
        return str(verdict.lost or verdict.stopped_by)
    if bytes(seen.result) != _HELD:
        return (seen.result or seen.log).decode(errors="replace")[-300:] or f"exit code {verdict.exit_code}"
    if seen.refused != told:
        return "refused system calls are not told"
    return "held"

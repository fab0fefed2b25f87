"""A sandbox for each tier of this machine, and the host that attacks aim at, with canaries to look at afterwards."""

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from openclaw.sandbox.calls import Call, Grants, Limits, Outcome, Tier
from openclaw.sandbox.client import HostCall, Sandbox
from openclaw.sandbox.errors import SandboxUnavailableError, SecurityViolation
from openclaw.sandbox.frames import Settings

HOSTILE = str(Path(__file__).with_name("hostile"))
MIB = 1 << 20
SMALL = Limits(
    memory_bytes=96 * MIB,
    cpu_seconds=1,
    wall_seconds=20,
    processes=16,
    scratch_bytes=24 * MIB,
    files_bytes=MIB,
)
MISSING = "no isolation of this tier here; tools/setup_system.sh installs bubblewrap and runsc, Linux brings the rest"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``cell`` is each tier of the module's ``TIERS`` in turn."""
    tiers = getattr(metafunc.module, "TIERS", None)
    if tiers and "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", tiers, indirect=True, scope="module", ids=lambda tier: tier.value)


@dataclass
class Cell:
    """A sandbox of one tier, and a short way to call in it."""

    sandbox: Sandbox
    tier: Tier
    findings: dict[str, str]

    @property
    def has_group(self) -> bool:
        """Whether the kernel counts for us; otherwise what is used is sampled."""
        return self.findings["limits"] == "control group"

    async def run(
        self,
        entry: str,
        inputs: Any = None,
        *,
        limits: Limits = SMALL,
        grants: Grants | None = None,
        host: Mapping[str, HostCall] | None = None,
        code: tuple[str, ...] = (HOSTILE,),
    ) -> Outcome:
        """The outcome of ``entry``."""
        call = Call(
            code=code,
            entry=entry if ":" in entry else f"hostile:{entry}",
            inputs=inputs,
            limits=limits,
            grants=grants or Grants(),
        )
        return await self.sandbox.run(call, host=host)

    async def refused(self, entry: str, inputs: Any = None) -> set[str]:
        """The violations of ``entry``, which must end in some."""
        with pytest.raises(SecurityViolation) as violation:
            await self.run(entry, inputs)
        return set(violation.value.violations)


def value(outcome: Outcome) -> Any:
    """What the code answered."""
    return outcome.check()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cell(request: pytest.FixtureRequest) -> AsyncIterator[Cell]:
    """A sandbox of the tier that the module names."""
    sandbox = Sandbox(Settings(slots=2, only=request.param))
    try:
        hello = await sandbox.start()
        if hello.tier is Tier.NONE:
            pytest.skip(f"{MISSING} ({hello.findings})")
        yield Cell(sandbox, hello.tier, hello.findings)
    except SandboxUnavailableError as error:
        pytest.skip(f"{MISSING} ({error})")
    finally:
        await sandbox.close()


@dataclass
class Target:
    """The host: a secret in its environment and files, servers that count who comes, a process that lives."""

    folder: Path
    secret: str
    process: subprocess.Popen[bytes]
    servers: list[socket.socket]
    name: str = field(default_factory=lambda: "claw" + secrets.token_hex(4))

    @property
    def inputs(self) -> dict[str, Any]:
        """What the attacker knows: all of it."""
        tcp, abstract, named = (server.getsockname() for server in self.servers)
        return {
            "paths": [str(self.folder / "secret.txt")],
            "secret": str(self.folder / "secret.txt"),
            "processes": [self.process.pid, os.getpid()],
            "folders": [str(self.folder), "/tmp"],
            "name": self.name,
            "port": tcp[1],
            "abstract": abstract.decode().lstrip("\0"),
            "path": named,
        }

    def is_untouched(self) -> bool:
        """Nobody came, nothing was written, the process lives, and nothing of the attack runs any more."""
        for server in self.servers:
            with contextlib.suppress(BlockingIOError):
                server.accept()
                return False
        written = [Path(place, self.name) for place in (self.folder, "/tmp", "/dev/shm", "/var/tmp", HOSTILE)]
        return (
            self.process.poll() is None
            and not any(path.exists() for path in written)
            and not list(named_processes(self.name))
        )


async def let_run(rounds: int = 5) -> None:
    """Give way to what is ready to run, so many rounds of the loop."""
    for _ in range(rounds):
        round_over = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(round_over.set_result, None)
        await round_over


def named_processes(name: str) -> Iterator[int]:
    """Processes that call themselves ``name``."""
    for comm in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if comm.read_text().strip() == name[:15]:
                yield int(comm.parent.name)


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """A host with everything that attacks look for, readable to all so that only the sandbox is in the way."""
    folder = Path(*tmp_path.parts)
    for parent in (folder, *folder.parents[:3]):
        with contextlib.suppress(PermissionError):
            parent.chmod(0o777 if parent == folder else 0o755)
    secret = secrets.token_hex(16)
    monkeypatch.setenv("OPENCLAW_TEST_SECRET", secret)
    (folder / "secret.txt").write_text(secret)
    process = subprocess.Popen(
        [sys.executable, "-c", "import signal; signal.pause()"], env={**os.environ, "SECRET": secret}
    )
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(socket.socket(family))
            for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX)
        ]
        addresses: list[Any] = [("127.0.0.1", 0), f"\0{secrets.token_hex(8)}", str(folder / "socket")]
        for server, address in zip(servers, addresses, strict=True):
            server.bind(address)
            server.listen()
            server.setblocking(False)
        (folder / "socket").chmod(0o777)
        yield Target(folder, secret, process, servers)
    process.kill()
    process.wait()

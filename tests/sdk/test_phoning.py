"""An install hook that phones out: it reaches nobody, and what it tried is told."""

import socket
from pathlib import Path

import pytest

from openclaw.protocol.packages.calls import granted_host_calls, hook_call, read_answer
from openclaw.protocol.packages.manifest import manifest_of
from openclaw.protocol.packages.package import build_package, read_package
from openclaw.sandbox.calls import Call, Grants
from openclaw.sandbox.client import Sandbox
from openclaw.sdk.description import describe
from tests.protocol.packages.making import SIGNER
from tests.sdk.phoning.plugin import Phoning

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_reaches_nobody(sandbox: Sandbox, code_folder: Path) -> None:
    source = Path(__file__).with_name("phoning").joinpath("plugin.py").read_bytes()
    data = build_package(manifest_of(describe(Phoning, "plugin:Phoning")), {"plugin.py": source}, SIGNER)
    package = read_package(data)
    for path, content in package.files.items():
        (code_folder / path).write_bytes(content)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        made = hook_call(package.manifest, "on_install", settings={"port": server.getsockname()[1]}, key="k")
        assert made is not None
        grants = Grants(host_calls=granted_host_calls(package.manifest.permissions))
        assert grants == Grants()
        outcome = await sandbox.run(
            Call(code=(str(code_folder),), entry=made.entry, inputs=made.inputs, grants=grants)
        )
        with pytest.raises(BlockingIOError):
            server.accept()
    assert read_answer(package.manifest, outcome.check()).error is None
    assert "reached" not in outcome.logs
    assert outcome.logs.endswith("NotGrantedError\n")
    assert any("socket" in call for call in outcome.refused), outcome.refused

"""`openclaw plugin` on an author's machine: begun, tried, packed, signed, checked, with no server anywhere."""

import io
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from openclaw.protocol.packages.package import read_package
from tests.apps.cli.installation import Terminal

PLUGIN = """
import vendored
from openclaw.sdk import BasePlugin, PluginMetadata

class Sample(BasePlugin):
    metadata = PluginMetadata(
        name="sample", version="1.0.0", description="", author="Ann", dependencies=["vendored==1.0"],
        permissions=["network:a.example", "network:b.example", "llm"],
    )
    input_schema = output_schema = {"type": "object"}

    async def execute(self, inputs, context):
        return {"answer": vendored.ANSWER}
"""


@pytest.fixture
def author(stranger: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return stranger


@pytest.mark.parametrize("template", ["basic", "http", "javascript", "mcp"])
def test_every_template_works_as_it_is(author: Terminal, template: str) -> None:
    begun = author.run("plugin", "new", "my-plugin", "--template", template, "--author", 'A "B" \\')
    assert begun.code == 0, begun.err
    tried = author.run("plugin", "test", "my-plugin", "--json")
    assert tried.code == 0, tried.out
    assert tried.json["tier"] != "none"
    assert len(tried.json["findings"]) == (1 if template in ("javascript", "mcp") else 2)
    packed = author.run("plugin", "pack", "my-plugin", "--json")
    assert packed.code == 0, packed.err
    package = read_package(Path(packed.json["path"]).read_bytes())
    assert (package.manifest.name, package.manifest.author) == ("my-plugin", "A 'B' ")
    assert "README.md" in package.files
    assert not any(path.startswith("tests/") or path == "plugin.json" for path in package.files)
    assert author.run("plugin", "new", "my-plugin").code == 6


def test_what_fails_is_told(author: Terminal) -> None:
    author.run("plugin", "new", "mine")
    example = Path("mine/examples/morning.json")
    example.write_text(example.read_text().replace("Good morning, Ada", "Good evening, Ada"))
    plugin = Path("mine/plugin.py")
    plugin.write_text(plugin.read_text().replace("inputs.get", "self.get"))
    tried = author.run("plugin", "test", "mine")
    assert tried.code == 1
    assert "In the sandbox (" in tried.out
    assert "no error was expected, plugin.failed came: AttributeError" in tried.out
    assert "FAILED (failures=1" in tried.out
    plugin.write_text("import os\nos._exit(3)\n")
    assert "it said nothing" in author.run("plugin", "test", "mine").err
    plugin.write_text("import nothing_like_that\n")
    assert "No module named 'nothing_like_that'" in author.run("plugin", "pack", "mine").err
    plugin.write_text("")
    assert "it defines 0" in author.run("plugin", "pack", "mine").err


def test_without_the_sandbox_it_says_so(author: Terminal, tmp_path: Path) -> None:
    """As where only the client is installed."""
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'dbos' else find(name, *more)\n"
    )
    path = os.pathsep.join([str(bare), str(Path.cwd())])
    author.run("plugin", "new", "mine")
    tried = author.process("plugin", "test", "mine", PYTHONPATH=path)
    assert tried.code == 0, tried.err
    assert "without the sandbox (the server part of OpenClaw is not installed here)" in tried.out
    author.run("plugin", "new", "script", "--template", "javascript")
    tried = author.process("plugin", "test", "script", PYTHONPATH=path)
    assert "scripts run in the sandbox only" in tried.err


def test_dependencies_are_exact_and_hashed(author: Terminal) -> None:
    folder = Path("sample")
    folder.joinpath("wheels").mkdir(parents=True)
    folder.joinpath("examples").mkdir()
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("vendored.py", "ANSWER = 42\n")
    folder.joinpath("plugin.py").write_text(PLUGIN.replace("import vendored\n", ""))
    assert "needs its exact version and hashes" in author.run("plugin", "pack", "sample").err
    hashed = "vendored==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\nother==2 --hash=sha256:" + "1" * 64 + "\n"
    folder.joinpath("requirements.txt").write_text(hashed)
    assert author.run("plugin", "pack", "sample", "-o", "a.opc").code == 0
    locked = read_package(Path("a.opc").read_bytes()).manifest
    assert [entry.name for entry in locked.dependencies] == ["vendored", "other"]
    assert locked.permissions.network is not None
    assert locked.permissions.network.hosts == ("a.example", "b.example")
    folder.joinpath("requirements.txt").write_text("vendored==1.0\n")
    assert author.run("plugin", "pack", "sample").code == 2
    folder.joinpath("requirements.txt").unlink()
    folder.joinpath("wheels/vendored-1.0-py3-none-any.whl").write_bytes(wheel.getvalue())
    folder.joinpath("plugin.py").write_text(
        PLUGIN.replace("import vendored\n", "").replace(
            "        return", "        import vendored\n        return"
        )
    )
    folder.joinpath("examples/answer.json").write_text('{"output": {"answer": 42}}')
    tried = author.run("plugin", "test", "sample", "--json")
    assert tried.code == 0, tried.out


def test_keys_are_for_their_owner(author: Terminal) -> None:
    assert author.run("plugin", "keys", "--json").json == {"keys": {}}
    author.run("plugin", "new", "mine")
    packed = author.run("plugin", "pack", "mine", "-o", "mine.opc", "--json").json
    keys = author.run("plugin", "keys", "--json").json["keys"]
    assert keys == {"default": packed["signer"]}
    assert "--new team" in author.run("plugin", "sign", "mine.opc", "--key", "team").err
    team = author.run("plugin", "keys", "--new", "team", "--json").json["keys"]["team"]
    assert author.run("plugin", "keys", "--new", "team").code == 2
    assert author.run("plugin", "keys", "--new", "../team").code == 2
    signed = author.run("plugin", "sign", "mine.opc", "--key", "team", "--json").json
    assert (signed["signer"], signed["digest"]) == (team, packed["digest"])
    file = author.home / "cli" / "plugin-keys" / "team.pem"
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
        file.chmod(0o644)
        refused = author.run("plugin", "sign", "mine.opc", "--key", "team")
        assert "chmod 600" in refused.err
        file.chmod(0o600)
    file.write_text("not a key")
    assert "not an Ed25519 key" in author.run("plugin", "sign", "mine.opc", "--key", "team").err


def test_what_a_package_is(author: Terminal) -> None:
    author.run("plugin", "new", "mine", "--template", "http")
    author.run("plugin", "pack", "mine", "-o", "mine.opc")
    seen = author.run("plugin", "verify", "mine.opc")
    assert "Reach these hosts: api.example.com" in seen.out
    assert "访问这些主机" in author.run("plugin", "verify", "mine.opc", LANG="zh_CN.UTF-8").out
    data = bytearray(Path("mine.opc").read_bytes())
    data[-30] ^= 1
    Path("mine.opc").write_bytes(data)
    refused = author.run("plugin", "verify", "mine.opc", "--json")
    assert refused.code == 2
    assert json.loads(refused.out)["error"]["code"] == "packages.refused"
    assert "No such file" in author.run("plugin", "verify", "absent.opc").err


def test_what_is_not_packed(author: Terminal) -> None:
    author.run("plugin", "new", "mine")
    for name in (".env", ".git/config", "__pycache__/x.pyc", "old.opc", "node_modules/a.js"):
        path = Path("mine", name)
        path.parent.mkdir(exist_ok=True)
        path.write_text("secret")
    packed = author.run("plugin", "pack", "mine", "-o", "mine.opc", "--json")
    assert packed.code == 0, packed.err
    files = read_package(Path("mine.opc").read_bytes()).files
    assert sorted(files) == ["README.md", "examples/morning.json", "plugin.py"]
    Path("mine/link.py").symlink_to("/etc/passwd")
    assert "links are not packed" in author.run("plugin", "pack", "mine").err

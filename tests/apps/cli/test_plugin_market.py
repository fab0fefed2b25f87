"""`openclaw plugin` with a server: published, found, installed with permissions seen, updated, switched, removed."""

import json
from pathlib import Path

import pytest

from tests.apps.cli.installation import Terminal
from tests.domains.plugins.mcp_servers import serving_in_thread

pytest.importorskip("openclaw.domains.plugins", reason="the server has no registry yet")


def _source(name: str, *, version: str, permissions: str) -> None:
    plugin = Path(name, "plugin.py")
    text = plugin.read_text(encoding="utf-8").replace('version="1.0.0"', f'version="{version}"')
    plugin.write_text(text.replace('tags=["example"]', f"permissions={permissions}"), encoding="utf-8")


def test_the_life_of_a_plugin(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert terminal.run("plugin", "new", "my-greeter", "--author", "Ann").code == 0
    first = Path("my-greeter/plugin.py").read_text(encoding="utf-8")
    published = terminal.run("plugin", "publish", "my-greeter")
    assert published.code == 0, published.err
    assert "my-greeter 1.0.0 is published" in published.out
    assert terminal.run("plugin", "publish", "my-greeter").code == 0, "the same again changes nothing"
    Path("my-greeter/README.md").write_text("Other words.", encoding="utf-8")
    assert terminal.run("plugin", "publish", "my-greeter").code == 6, "a version never becomes another"
    assert "my-greeter  1.0.0  My greeter" in terminal.run("plugin", "search", "greet").out
    assert terminal.run("plugin", "install", "my-greeter").code == 6, "nobody was there to say yes"
    assert "None." in terminal.run("plugin", "list").out
    done = terminal.run("plugin", "install", "my-greeter", "--yes", "-s", "greeting=Hi")
    assert done.code == 0, done.err
    assert "It computes only" in done.out
    assert "my-greeter  1.0.0  enabled" in terminal.run("plugin", "list").out

    Path("my-greeter/plugin.py").write_text(first, encoding="utf-8")
    _source("my-greeter", version="1.1.0", permissions='["llm", "network:api.example.com"]')
    packed = terminal.run("plugin", "pack", "my-greeter", "-o", "next.opc")
    assert packed.code == 0, packed.err
    assert terminal.run("plugin", "publish", "next.opc").code == 0
    updated = terminal.run("plugin", "install", "my-greeter", "--yes")
    assert updated.code == 0, updated.err
    assert "New in this version:" in updated.out
    assert "+ Reach these hosts: api.example.com" in updated.out
    (found,) = json.loads(terminal.run("plugin", "list", "--json").out)["items"]
    assert (found["version"], found["settings"]) == ("1.1.0", {"greeting": "Hi"})
    assert {each["name"] for each in found["permissions"]} == {"llm", "network"}

    assert terminal.run("plugin", "disable", "my-greeter").code == 0
    assert "disabled" in terminal.run("plugin", "list").out
    assert terminal.run("plugin", "enable", "my-greeter").code == 0
    assert "已卸载" in terminal.run("plugin", "uninstall", "my-greeter", "--yes", LANG="zh_CN.UTF-8").out
    gone = terminal.run("plugin", "uninstall", "my-greeter", "--yes")
    assert gone.code == 5
    assert "openclaw plugin list" in gone.err


def test_what_comes_with_the_server(terminal: Terminal) -> None:
    assert "web-scraping" in terminal.run("plugin", "search").out
    installed = terminal.run("plugin", "install", "web-scraping", "--yes", "--json")
    assert installed.code == 0, installed.out
    assert installed.json["source"] == "builtin"
    assert terminal.run("plugin", "uninstall", "web-scraping", "--yes", "--json").json == {"ok": True}


def test_a_hostile_package_is_refused_before_it_is_sent(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "evil.opc"
    file.write_bytes(b"PK\x03\x04 evil")
    refused = terminal.run("plugin", "publish", str(file), "--json")
    assert refused.code == 2
    assert refused.json["error"]["code"] == "packages.refused"


def test_an_mcp_server_is_seen_before_it_is_agreed_to(terminal: Terminal) -> None:
    refused = terminal.run("plugin", "install", "--mcp", "http://169.254.169.254/mcp", "--yes")
    assert refused.code == 6
    assert "address_instead_of_name" in refused.err
    for unfit in ((), ("x", "--header", "A"), ("--mcp", "http://a.example", "--version", "1.0.0")):
        assert "--mcp" in terminal.run("plugin", "install", *unfit).err
    with serving_in_thread() as url:
        unsure = terminal.run("plugin", "install", "--mcp", url, "--name", "toys")
        assert "get_double (reads)  Double it" in unsure.out
        assert "Reach these hosts: localhost:" in unsure.out
        assert unsure.code == 6, "nobody was there to say yes"
        done = terminal.run("plugin", "install", "--mcp", url, "--name", "toys", "--yes")
        assert "toys 1.0.0 is installed." in done.out, done.err
        assert "nothing has changed" in terminal.run("plugin", "refresh", "toys").out

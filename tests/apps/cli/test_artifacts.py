"""`openclaw results`: saved, found, reviewed, published, rolled back, taken away."""

from pathlib import Path

from tests.apps.cli.installation import Terminal
from tests.domains.artifacts.saving import SITE, archive


def test_a_site_is_saved_reviewed_published_and_taken_away(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "bakery.zip"
    file.write_bytes(archive({path: text.encode() for path, text in SITE.items()}))
    made = terminal.run("results", "save", str(file), "--kind", "site", "--title", "Bakery", "--json").json
    assert "Bakery" in terminal.run("results", "list", "bak").out
    assert "没有" in terminal.run("results", "list", "nothing", LANG="zh_CN.UTF-8").out
    shown = terminal.run("results", "show", "Bakery").out
    assert "css/site.css" in shown
    assert "to be reviewed" in shown
    for step in ("review", "approve", "release"):
        assert terminal.run("results", step, made["id"][-8:]).code == 0
    refused = terminal.run("results", "approve", made["id"], "--json")
    assert terminal.run("results", "archive", made["id"], "--json").code == 0
    assert refused.code == 0, "approved again, before it is published"
    for step in ("reopen", "review", "approve", "release"):
        assert terminal.run("results", step, made["id"]).code == 0
    published = terminal.run("results", "publish", made["id"], "--slug", f"bakery-{made['id'][-6:]}")
    assert "Release 1 is at http" in published.out
    assert terminal.run("results", "rollback", made["id"]).code != 0, "there is none before"
    assert terminal.run("results", "tag", made["id"], "bread", "shop", "--json").json["tags"] == [
        "bread",
        "shop",
    ]
    assert terminal.run("results", "rate", made["id"], "5", "--json").json["rating"] == 5
    assert terminal.run("results", "share", made["id"], "--json").json["visibility"] == "workspace"
    to = tmp_path / "about.html"
    assert terminal.run("results", "get", made["id"], "--path", "about.html", "--to", str(to)).code == 0
    assert to.read_text() == SITE["about.html"]
    assert terminal.run("results", "get", made["id"], "--to", str(to)).code != 0, "nothing is written over"
    assert terminal.run("results", "delete", made["id"], "--yes").code != 0, "it is published"
    assert "is gone" in terminal.run("results", "unpublish", made["id"], "--yes").out
    assert terminal.run("results", "delete", made["id"], "--yes").code == 0
    assert terminal.run("results", "show", made["id"]).code != 0

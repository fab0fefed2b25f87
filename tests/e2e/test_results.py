"""Files of a real machine become a result: handed over by its bridge for the call that the assistant made."""

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess
from tests.support.scripted_openai import MODEL

PAGE = "<!doctype html><title>Bakery</title><h1>Fresh bread</h1>"


def test_a_folder_of_a_machine_is_kept_as_a_site(
    console: Console, bridge: BridgeProcess, model_url: str
) -> None:
    site = bridge.home / "Documents" / "site"
    (site / "img").mkdir(parents=True)
    (site / "index.html").write_text(PAGE)
    (site / "img" / "large.bin").write_bytes(bytes(range(256)) * 20_000)
    (site / "secret").symlink_to("/etc/passwd")
    console.enter()
    console.link(bridge)
    model = {
        "kind": "openai",
        "name": "Scripted",
        "baseUrl": model_url,
        "model": MODEL,
        "apiKey": "sk-scripted",
    }
    console.send("POST", "/model-providers", model)
    console.say('tool:fs_collect {"path": "~/Documents/site", "title": "Bakery", "kind": "site"}')
    console.expect_tool("ok")
    [found] = console.get("/artifacts")["items"]
    assert (found["title"], found["kind"], found["provenance"]["origin"]) == ("Bakery", "site", "run")
    shown = console.get(f"/artifacts/{found['id']}")["shown"]
    assert [(file["path"], file["bytes"]) for file in shown["files"]] == [
        ("img/large.bin", 5_120_000),
        ("index.html", len(PAGE)),
    ]
    console.page.goto(console.get(f"/artifacts/{found['id']}/view")["url"])
    console.page.get_by_role("heading", name="Fresh bread").wait_for()

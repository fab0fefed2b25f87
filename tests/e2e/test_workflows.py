"""Workflows in the console: run and watched, mended and answered, looked at in the past, compared, changed in words."""

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Locator, Page, expect

from openclaw.domains.workflows.language.yaml_text import to_yaml
from tests.conftest import ROOT
from tests.domains.workflows.running import definition, expr, step, transform
from tests.e2e.console import Console
from tests.support.processes import START_SECONDS, Installation

FORM = {
    "type": "object",
    "required": ["account"],
    "properties": {"account": {"type": "string", "title": "Account"}},
}
INPUT = {
    "type": "object",
    "required": ["amount"],
    "properties": {"amount": {"type": "integer", "title": "Amount"}},
}


class Shop(ThreadingHTTPServer):
    """Answers /slow once it is let, /ok at once, and nothing else."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.may_answer = threading.Event()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Shop  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.server.may_answer.wait(START_SECONDS)
        body = b'{"ok": true}'
        self.send_response(404 if self.path == "/broken" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A server that a workflow asks."""
    with Shop() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()


def save(console: Console, raw: dict[str, Any]) -> str:
    """The id of a workflow that is active."""
    made = console.send("POST", "/workflows", {"definition": raw})
    console.send("POST", f"/workflows/{made['id']}/activate", {})
    return made["id"]


def node(page: Page, step_id: str) -> Locator:
    return page.locator(f'[data-testid="step-node"][data-step="{step_id}"]')


def expect_state(page: Page, state: str) -> None:
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", state)


def test_a_run_is_watched_fails_is_mended_and_answered(console: Console, shop: Shop) -> None:
    page = console.page
    console.enter()
    raw = definition(
        step("http", "fetch", {"url": shop.address("/slow")}, next_steps=["pay"]),
        step("http", "pay", {"url": shop.address("/broken")}, next_steps=["ask"]),
        step(
            "approval", "ask", {"message": "Keep **{{ input.amount }}**?", "form": FORM}, next_steps=["end"]
        ),
        transform("end", expr("steps.ask.output.data.account")),
        input=INPUT,
    )
    page.goto(f"{console.url}/workflows/{save(console, raw)}")
    page.get_by_test_id("run-workflow").click()
    page.get_by_test_id("run-submit").click()
    expect(page.get_by_role("dialog")).to_contain_text("This is needed.")
    page.get_by_label("Amount").fill("7")
    page.get_by_test_id("run-submit").click()

    expect(node(page, "fetch")).to_have_attribute("data-status", "running")
    expect_state(page, "running")
    page.get_by_test_id("pause-run").click()
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-paused", "true")
    page.get_by_test_id("resume-run").click()
    expect(page.get_by_test_id("pause-run")).to_be_visible()
    shop.may_answer.set()
    expect(node(page, "fetch")).to_have_attribute("data-status", "completed")
    expect(node(page, "pay")).to_have_attribute("data-status", "failed")
    expect_state(page, "failed")
    panel = page.get_by_test_id("step-panel")
    expect(panel).to_have_attribute("data-step", "pay")
    said = "The server answered with an error"
    expect(page.get_by_test_id("step-error")).to_contain_text(said)
    expect(page.get_by_test_id("run-error")).to_have_text(re.compile("The run failed at “pay”"))
    page.locator('[data-testid="step-row"][data-path="fetch"]').click()
    expect(page.get_by_test_id("step-error")).to_have_count(0)
    page.get_by_test_id("show-failed").click()
    expect(page.get_by_test_id("step-error")).to_contain_text(said)

    first = page.url
    page.get_by_test_id("repeat-from").click()
    dialog = page.get_by_test_id("repeat-dialog")
    field = dialog.get_by_role("textbox")
    field.fill("{")
    page.get_by_test_id("repeat-submit").click()
    expect(dialog).to_contain_text("This is no valid JSON.")
    field.fill(
        f'{{"method": "GET", "url": "{shop.address("/ok")}", "headers": {{}}, "query": {{}}, "expect": []}}'
    )
    page.get_by_test_id("repeat-submit").click()
    page.wait_for_url(lambda url: url != first)
    expect(node(page, "fetch")).to_have_attribute("data-status", "reused")
    expect(node(page, "ask")).to_have_attribute("data-status", "waiting")

    form = page.get_by_test_id("approval-form")
    expect(form).to_contain_text("Keep 7?")
    page.get_by_test_id("approve").click()
    expect(form).to_contain_text("This is needed.")
    form.get_by_label("Account").fill("DE02")
    page.get_by_test_id("approve").click()
    expect_state(page, "completed")
    page.locator('[data-testid="step-row"][data-path="end"]').click()
    expect(panel).to_contain_text("DE02")


def test_an_approval_with_a_form_is_refused_and_given(console: Console) -> None:
    page = console.page
    console.enter()
    raw = definition(
        transform("sum", 7, next_steps=["ask"]),
        step("approval", "ask", {"message": "Pay **7**?", "form": FORM}, next_steps=["end"]),
        transform("end", expr("steps.ask.output.data.account")),
    )
    workflow = save(console, raw)
    runs = [console.send("POST", f"/workflows/{workflow}/runs", {"input": {}})["id"] for _ in range(2)]
    form = page.get_by_test_id("approval-form")
    page.goto(f"{console.url}/workflow-runs/{runs[0]}")
    expect(form.get_by_role("textbox", name="Account")).to_be_visible()
    page.get_by_test_id("refuse").click()
    form.get_by_label("Reason").fill("Too dear")
    page.get_by_test_id("refuse-confirm").click()
    expect_state(page, "failed")
    expect(form).to_be_hidden()
    expect(page.get_by_test_id("step-error")).to_contain_text("Too dear")
    expect(node(page, "end")).not_to_have_attribute("data-status", "completed")

    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{console.url}/workflow-runs/{runs[1]}")
    expect(node(page, "ask")).to_be_in_viewport(ratio=1)
    form.get_by_label("Account").fill("DE07")
    page.get_by_test_id("approve").click()
    expect_state(page, "completed")
    assert console.get(f"/workflow-runs/{runs[1]}")["output"] == "DE07"


def test_yesterdays_run_is_found_and_travelled_through(console: Console, installation: Installation) -> None:
    page = console.page
    console.enter()
    body = [
        transform("double", expr("n * 2"), next_steps=["check"]),
        transform("check", expr("10 / (n - 2)")),
    ]
    raw = definition(
        step(
            "loop",
            "each",
            {"items": [1, 3, 2], "as": "n", "steps": body, "on_error": "continue"},
            next_steps=["end"],
        ),
        transform("end", "done"),
    )
    workflow = save(console, raw)
    run = console.send("POST", f"/workflows/{workflow}/runs", {"input": {}})["id"]
    page.goto(f"{console.url}/workflow-runs/{run}")
    expect_state(page, "completed")
    _make_older(installation, run)

    page.goto(f"{console.url}/workflows/{workflow}/runs")
    expect(page.get_by_role("heading", name="Yesterday")).to_be_visible()
    page.get_by_test_id("period").get_by_role("button").click()
    page.get_by_role("option", name="Today", exact=True).click()
    expect(page.get_by_text("No run fits")).to_be_visible()
    page.get_by_test_id("period").get_by_role("button").click()
    page.get_by_role("option", name="Yesterday").click()
    page.get_by_test_id("run-row").get_by_role("link").click()

    expect_state(page, "completed")
    slider, words = page.get_by_test_id("moment-slider"), page.get_by_test_id("moment-words")
    expect(words).to_have_text("The run ended: Completed")
    expect(node(page, "check")).to_contain_text("3/3")
    slider.focus()
    slider.press("Home")
    expect(words).to_have_text("The run began")
    expect(node(page, "end")).not_to_have_attribute("data-status", re.compile("."))
    slider.press("ArrowRight")
    expect(words).to_have_text("each began")
    expect(node(page, "each")).to_have_attribute("data-status", "running")
    node(page, "end").click()
    expect(page.get_by_test_id("step-panel")).to_contain_text("Not begun at this moment.")
    slider.press("End")
    expect(page.get_by_test_id("step-panel")).to_contain_text("done")

    node(page, "check").click()
    panel = page.get_by_test_id("step-panel")
    expect(panel).to_have_attribute("data-path", "each/2/check")
    expect(page.get_by_test_id("step-error")).to_be_visible()
    page.get_by_test_id("round-previous").click()
    expect(panel).to_have_attribute("data-path", "each/1/check")
    expect(panel).to_contain_text("10")
    expect(node(page, "check")).to_have_attribute("data-status", "completed")
    page.get_by_test_id("moment-first").click()
    expect(page.get_by_test_id("timeline")).to_contain_text("In the past")


def _make_older(installation: Installation, run: str) -> None:
    """Let a run have been a day earlier: all that is written of it, as it would be then."""
    run_id = run.removeprefix("wrun_")

    async def move() -> None:
        connection = await asyncpg.connect(installation.database_url())
        try:
            for table, key, columns in (
                ("workflow_runs", "id", ("created_at", "started_at", "finished_at")),
                ("workflow_run_steps", "run_id", ("started_at", "finished_at")),
            ):
                moved = ", ".join(f"{name} = {name} - interval '1 day'" for name in columns)
                await connection.execute(f"UPDATE {table} SET {moved} WHERE {key} = $1", run_id)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:  # the browser's library has an event loop in this thread
        pool.submit(asyncio.run, move()).result()


def test_a_change_in_words_is_reviewed_taken_over_and_compared(console: Console) -> None:
    page = console.page
    console.enter()
    raw = definition(transform("fetch", 1, next_steps=["end"]), transform("end", 2), name="Report")
    page.goto(f"{console.url}/workflows/{save(console, raw)}")
    page.get_by_label("What should change?").fill("add an approval before fetch")
    page.get_by_test_id("propose").click()
    proposal = page.get_by_test_id("proposal")
    expect(proposal).to_contain_text("Added an approval before fetch")
    added = proposal.locator('[data-testid="change"][data-step="approve_fetch"]')
    expect(added).to_have_attribute("data-kind", "added")
    assert console.get("/workflows")["items"][0]["latestVersion"] == 1, "nothing is saved by itself"
    page.get_by_test_id("take-proposal").click()
    expect(page.get_by_test_id("draft-banner")).to_contain_text("Version 2 is a draft")

    page.get_by_test_id("draft-banner").get_by_role("button", name="Compare").click()
    page.get_by_text("Side by side").click()
    expect(page.locator('[data-step="approve_fetch"][data-mark="added"]')).to_have_count(1)
    page.get_by_text("YAML", exact=True).click()
    expect(page.get_by_test_id("definition-diff")).to_contain_text("- id: approve_fetch")
    page.get_by_test_id("compare-before").get_by_role("button").click()
    page.get_by_role("option", name="Version 2").click()
    expect(page.get_by_text("Nothing differs")).to_be_visible()
    page.get_by_test_id("activate-compared").click()
    expect(page.get_by_test_id("activate-compared")).to_be_hidden()
    assert console.get("/workflows")["items"][0]["activeVersion"] == 2


def test_workflows_are_begun_from_examples_imported_exported_and_put_away(console: Console) -> None:
    page = console.page
    console.enter()
    page.get_by_role("link", name="Workflows").click()
    expect(page.get_by_text("No workflows yet")).to_be_visible()
    page.get_by_test_id("import").click()
    dialog = page.get_by_test_id("import-dialog")
    broken = to_yaml(definition(transform("a", expr("1 +"), next_steps=["x"]), name="Mine"))
    dialog.get_by_label("YAML").fill(broken)
    page.get_by_test_id("import-submit").click()
    problems = page.get_by_test_id("problems")
    expect(problems).to_contain_text("2 problems")
    expect(problems).to_contain_text("$.steps[0].config.set.$expr")
    expect(problems).to_contain_text("$.steps[0].next_steps[0]")
    page.get_by_test_id("import-file").set_input_files(
        {
            "name": "mine.yaml",
            "mimeType": "text/yaml",
            "buffer": to_yaml(definition(transform("a", expr("1 + 1")), name="Mine")).encode(),
        }
    )
    expect(problems).to_be_hidden()
    page.get_by_test_id("import-submit").click()
    expect(page.get_by_role("heading", name="Mine")).to_be_visible()

    page.get_by_role("button", name="Actions for Mine").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="Export YAML").click()
    assert started.value.suggested_filename == "Mine.yaml"
    assert "$expr: 1 + 1" in started.value.path().read_text()

    page.get_by_role("link", name="Workflows").first.click()
    page.get_by_role("button", name="Use Web digest").click()
    expect(page.get_by_role("heading", name="Example: web digest")).to_be_visible()
    page.get_by_role("link", name="Workflows").first.click()
    page.get_by_label("Search workflows").fill("mine")
    expect(page.get_by_test_id("workflow-row")).to_have_count(1)
    page.get_by_role("button", name="Actions for Mine").click()
    page.get_by_role("menuitem", name="Archive").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("workflow-row")).to_have_count(0)

    page.get_by_test_id("add-secret").click()
    page.get_by_label("Name").fill("BANK_KEY")
    page.get_by_label("Value").fill("s3cret")
    page.get_by_test_id("save-secret").click()
    row = page.get_by_test_id("secret-row")
    expect(row).to_contain_text("BANK_KEY")
    row.get_by_role("button", name="Delete BANK_KEY").click()
    page.get_by_test_id("confirm-action").click()
    expect(row).to_have_count(0)


def test_a_plugins_chart_is_seen_in_its_run_and_its_steps_have_forms(console: Console) -> None:
    page = console.page
    console.enter()
    text = (ROOT / "examples/csv-chart.yaml").read_text()
    workflow = console.send("POST", "/workflows", {"yaml": text})["id"]
    console.send("POST", f"/workflows/{workflow}/activate", {})
    run = console.send("POST", f"/workflows/{workflow}/runs", {"input": {}})["id"]
    page.goto(f"{console.url}/workflow-runs/{run}")
    expect_state(page, "completed")
    chart = page.get_by_test_id("run-panel").get_by_test_id("run-picture")
    expect(chart).to_be_visible()
    assert chart.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    # Once it is drawn, its address is.
    page.wait_for_function(
        "image => fetch(image.src).then(() => false, () => true)", arg=chart.element_handle()
    )
    with page.expect_download() as started:
        page.get_by_role("button", name="Download: chart.svg").click()
    assert "Revenue by month" in started.value.path().read_text()

    node(page, "draw").click()
    expect(page.get_by_test_id("step-panel").get_by_test_id("run-picture")).to_be_visible()
    expect(page.get_by_test_id("plugin-call")).to_have_attribute("data-tier", re.compile("^[a-z]+$"))
    expect(page.get_by_test_id("plugin-call")).to_contain_text("chart 1.")

    page.goto(f"{console.url}/workflows/{workflow}/edit")
    node(page, "sum").dblclick()
    panel = page.get_by_test_id("inspector")
    expect(panel.get_by_test_id("choose-plugin")).to_contain_text("Query rows with SQL")
    expect(panel.get_by_role("textbox", name="SQL", exact=True)).to_have_value(re.compile("SUM"))
    expect(panel.get_by_test_id("field-config.inputs.parameters")).to_be_visible()
    panel.get_by_test_id("choose-action").get_by_role("button").click()
    page.get_by_role("option", name="Query a connected database").click()
    expect(panel.get_by_text("is needed by the plugin")).to_be_visible()
    expect(panel.get_by_test_id("plugin-without")).to_contain_text("database")
    panel.get_by_role("button", name="Close").click()
    node(page, "draw").dblclick()
    rows = panel.get_by_test_id("field-config.inputs.rows").locator(".cm-content")
    rows.fill("")
    rows.press_sequentially("steps.read.output.")
    expect(page.get_by_role("option", name="rows")).to_be_visible()

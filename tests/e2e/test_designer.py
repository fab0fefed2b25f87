"""The designer in a real browser: six steps are built, run, seen to fail, mended and run again from there."""

import itertools
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.console import Console

WRONG = "steps.transform_3.output.missing"
RIGHT = "steps.transform_3.output"


def open_blank(console: Console) -> Page:
    """An empty workflow on the canvas."""
    console.enter()
    page = console.page
    page.goto(f"{console.url}/workflows/new")
    page.get_by_test_id("template-blank").click()
    expect(page.get_by_test_id("workflow-canvas")).to_be_visible()
    return page


def step(page: Page, name: str) -> Locator:
    """A step on the canvas."""
    return page.locator(f'[data-testid="step-node"][data-step="{name}"]')


def expect_run(page: Page, state: str) -> None:
    """Wait until the run that is shown is in a state."""
    expect(page.get_by_test_id("run-strip")).to_have_attribute("data-state", state)


def expect_mended(page: Page) -> None:
    """What was done before the mended step was not done again, and everything has ended well."""
    expect_run(page, "completed")
    for name in ("transform", "transform_2", "transform_3"):
        expect(step(page, name)).to_have_attribute("data-status", "reused")
    for name in ("transform_4", "transform_5", "transform_6"):
        expect(step(page, name)).to_have_attribute("data-status", "completed")


def test_by_mouse(open_console: Callable[..., Console]) -> None:
    """Dragged from the palette, connected by dragging, written in the panel."""
    console = open_console(viewport={"width": 1600, "height": 900})
    page = open_blank(console)
    canvas, tool = page.get_by_test_id("workflow-canvas"), page.get_by_test_id("palette-transform")
    names = ["transform", *(f"transform_{number}" for number in range(2, 7))]
    for number, name in enumerate(names):
        x, y = 200 + 260 * (number % 3), 140 + 180 * (number // 3)
        tool.drag_to(canvas, target_position={"x": x, "y": y})
        expect(step(page, name)).to_be_visible()
        page.get_by_test_id("inspector").get_by_role("button", name="Close").click()
    for source, target in itertools.pairwise(names):
        step(page, source).locator(".react-flow__handle-right").drag_to(
            step(page, target).locator(".react-flow__handle-left")
        )
    expect(page.locator(".react-flow__edge")).to_have_count(5)
    write_by_mouse(page, "transform_4", WRONG)
    page.get_by_test_id("run").click()
    expect_run(page, "failed")
    expect(page).to_have_url(re.compile(r"/workflows/wf_[0-9a-f]+/edit"))
    expect(step(page, "transform_4")).to_have_attribute("data-status", "failed")
    expect(page.get_by_test_id("step-error")).to_contain_text("missing")
    expect(page.get_by_test_id("run-strip")).not_to_contain_text("missing")  # said once
    write_by_mouse(page, "transform_4", RIGHT)
    page.get_by_test_id("rerun-from-here").click()
    expect_mended(page)


def write_by_mouse(page: Page, name: str, expression: str) -> None:
    """Make the value of a transform step an expression."""
    step(page, name).dblclick()
    panel = page.get_by_test_id("inspector")
    expect(panel).to_contain_text(name)
    if not panel.get_by_test_id("field-config.set").locator(".cm-content").is_visible():
        panel.get_by_test_id("spelling-config.set").get_by_role("button").click()
        page.get_by_role("option", name="Expression").click()
    panel.get_by_test_id("field-config.set").locator(".cm-content").fill(expression)


def test_by_keyboard(open_console: Callable[..., Console]) -> None:
    """Not a single click from the empty canvas to the mended run."""
    console = open_console(viewport={"width": 1600, "height": 900})
    page = open_blank(console)
    press, write = page.keyboard.press, page.keyboard.type
    page.evaluate("document.activeElement.blur()")
    names = ["transform", *(f"transform_{number}" for number in range(2, 6))]
    for name in names:
        add_by_keyboard(page, name)
    # The last one stands alone at first, and is connected by a list of where it could lead.
    press("Escape")  # the panel
    press("Escape")  # the choice
    add_by_keyboard(page, "transform_6")
    expect(page.locator(".react-flow__edge")).to_have_count(4)
    step_focus(page, "transform_5")
    press("Space")
    press("c")
    expect(page.get_by_test_id("connect")).to_be_visible()
    write("transform_6")
    press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(5)
    write_by_keyboard(page, WRONG, has_expression=False)
    press("Control+Enter")
    expect_run(page, "failed")
    expect(page.get_by_test_id("step-error")).to_contain_text("missing")
    write_by_keyboard(page, RIGHT, has_expression=True)
    press("r")
    expect_mended(page)


def add_by_keyboard(page: Page, name: str) -> None:
    """From the list of kinds; the focus goes to the new step."""
    page.keyboard.press("a")
    expect(page.get_by_test_id("add-step")).to_be_visible()
    page.keyboard.type("make")
    page.keyboard.press("Enter")
    expect(page.locator(f'.react-flow__node[data-id="{name}"]')).to_be_focused()


def step_focus(page: Page, name: str) -> None:
    """Walk to a step with the arrow keys."""
    node = page.locator(f'.react-flow__node[data-id="{name}"]')
    for key in ("ArrowUp", *["ArrowLeft"] * 5, *["ArrowRight"] * 5):
        if node.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    expect(node).to_be_focused()


def write_by_keyboard(page: Page, expression: str, *, has_expression: bool) -> None:
    """Open the fourth step, make its value an expression, and come back to the canvas."""
    press = page.keyboard.press
    step_focus(page, "transform_4")
    press("Enter")
    panel = page.get_by_test_id("inspector")
    expect(panel.get_by_label("Name")).to_be_focused()
    for _ in range(2):
        press("Tab")
    expect(panel.get_by_test_id("spelling-config.set").get_by_role("button")).to_be_focused()
    if not has_expression:
        press("Enter")
        page.keyboard.type("Expr")
        press("Enter")
    press("Tab")
    expect(panel.get_by_test_id("field-config.set").locator(".cm-content")).to_be_focused()
    press("Control+a")
    page.keyboard.type(expression)
    press("Escape")
    press("Escape")
    expect(panel).to_be_hidden()


def test_unsaved_work_and_a_version_of_another(open_console: Callable[..., Console]) -> None:
    """Typed text is there after a reload; what somebody else saved meanwhile is neither hidden nor lost."""
    console = open_console(viewport={"width": 1280, "height": 800})
    page = open_blank(console)
    page.get_by_test_id("palette-transform").click()
    page.get_by_test_id("save").click()
    expect(page).to_have_url(re.compile(r"/workflows/wf_[0-9a-f]+/edit$"))
    expect(page.get_by_test_id("save-state")).to_have_text("")
    workflow = page.url.split("/")[-2]
    page.get_by_test_id("palette-delay").click()
    page.reload()
    expect(page.get_by_test_id("restored")).to_be_visible()
    expect(step(page, "delay")).to_be_visible()
    theirs = console.get(f"/workflows/{workflow}")["definition"] | {"name": "Theirs"}
    console.send("PUT", f"/workflows/{workflow}", {"definition": theirs, "baseVersion": 1})
    page.get_by_test_id("save").click()
    page.get_by_test_id("conflict").get_by_role("button", name="Look at theirs").click()
    expect(page.get_by_role("heading", name="Theirs")).to_be_visible()
    page.get_by_test_id("undo").click()
    expect(step(page, "delay")).to_be_visible()
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("save-state")).to_have_text("")
    assert [one["id"] for one in console.get(f"/workflows/{workflow}")["definition"]["steps"]] == [
        "transform",
        "delay",
    ]

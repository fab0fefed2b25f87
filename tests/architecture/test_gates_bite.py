"""A gate that is never red guards nothing. Each test breaks one rule in a copy of the tree and expects its gate red."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SETTINGS = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8"))
BANNED = SETTINGS["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]


class Tree:
    """A copy of the checkout's Python side, to break and to mend."""

    def __init__(self, root: Path, place: Path) -> None:
        self.place = place
        for folder in ("src", "tools"):
            shutil.copytree(
                root / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", "static")
            )
        for file in ("pyproject.toml", "Makefile"):
            shutil.copy(root / file, place / file)
        self.environment = {**os.environ, "PYTHONPATH": f"{place / 'src'}{os.pathsep}{place}"}

    @contextmanager
    def with_code(self, module: str, code: str) -> Iterator[None]:
        """``module`` (below openclaw) with ``code`` at its end; it and its packages are made if they are not there."""
        package = self.place / "src" / "openclaw"
        file = package.joinpath(*module.split(".")).with_suffix(".py")
        if file.with_suffix("").is_dir():  # a module that has become a package of nouns
            file = file.with_suffix("") / "canary.py"
        made = [p for p in reversed(file.relative_to(package).parents) if not (package / p).exists()]
        before = file.read_text(encoding="utf-8") if file.exists() else None
        file.parent.mkdir(parents=True, exist_ok=True)
        for folder in made:
            (package / folder / "__init__.py").write_text('"""Made by a test."""\n', encoding="utf-8")
        file.write_text(f"{before}\n{code}\n" if before else f"{code}\n", encoding="utf-8")
        try:
            yield
        finally:
            if before is not None:
                file.write_text(before, encoding="utf-8")
            elif made:
                shutil.rmtree(package / made[0])
            else:
                file.unlink()

    def make(self, target: str, *settings: str) -> subprocess.CompletedProcess[str]:
        """Run a target of the Makefile here, with the tools of the environment that runs the tests."""
        command = ["make", "--no-print-directory", target, f"VENV={sys.prefix}", *settings]
        return subprocess.run(
            command,
            cwd=self.place,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def tree(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(root, tmp_path_factory.mktemp("tree"))


class ContractLinter:
    """import-linter over a tree, in a process of its own."""

    def __init__(self, tree: Tree) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("contract_linter.py"))],
            cwd=tree.place,
            env=tree.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        self.before: set[str] = set()

    def broken(self) -> set[str]:
        """The ids of the contracts that the tree breaks now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return set(answer["broken"])

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture(scope="module")
def contracts(tree: Tree) -> Iterator[ContractLinter]:
    linter = ContractLinter(tree)
    try:
        linter.before = linter.broken()
        yield linter
    finally:
        linter.close()


@dataclass(frozen=True)
class Break:
    """A line of ``code`` in ``module`` that turns the contract ``gate`` red.

    ``also``: contracts that the same line breaks, or may break, by what it drags in. A line that points upward may
    close a cycle, so "acyclic" is always among them.
    """

    what: str
    gate: str
    module: str
    code: str
    also: set[str] = field(default_factory=set)


BREAKS = [
    Break(
        "infra imports a domain",
        "architecture",
        "infra.canary",
        "from openclaw.domains.identity import service",
    ),
    Break("kit imports infra", "architecture", "kit.canary", "from openclaw.infra import config"),
    Break(
        "protocol imports infra", "architecture", "protocol.canary", "import openclaw.infra", {"thin-clients"}
    ),
    Break("runtime imports durable", "architecture", "runtime.canary", "import openclaw.durable"),
    Break("durable imports a domain", "architecture", "durable.canary", "import openclaw.domains.identity"),
    Break("a new top-level package that nobody placed", "architecture", "misc.canary", ""),
    Break(
        "a process imports another",
        "apps",
        "apps.gateway.canary",
        "import openclaw.apps.server",
    ),
    Break(
        "a process imports its supervisor",
        "apps",
        "apps.server.canary",
        "import openclaw.apps.standalone",
    ),
    Break("a new process that nobody placed", "apps", "apps.games.canary", ""),
    Break(
        "a slice imports one above it",
        "slices",
        "domains.identity.service",
        "from openclaw.domains.conversations import service as above",
    ),
    Break(
        "an upward import inside a function",
        "slices",
        "domains.identity.service",
        "def canary() -> None:\n    from openclaw.domains.agents import service as above\n",
    ),
    Break(
        "an upward import for types only",
        "slices",
        "domains.identity.service",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from openclaw.domains.agents import schemas as up\n",
    ),
    Break("a new slice that nobody placed", "slices", "domains.games.service", ""),
    Break(
        "a repository imports its service",
        "inside-a-slice",
        "domains.devices.repository",
        "from openclaw.domains.devices import service as above",
    ),
    Break(
        "routes import jobs",
        "inside-a-slice",
        "domains.billing.api",
        "from openclaw.domains.billing import jobs",
        {"no-http"},
    ),
    Break(
        "a slice reaches into another's repository",
        "slice-interface",
        "domains.conversations.service",
        "from openclaw.domains.identity import repository as foreign",
    ),
    Break("a service raises HTTP errors", "no-http", "domains.devices.service", "import fastapi"),
    Break("the runtime knows HTTP", "no-http", "runtime.canary", "from openclaw.infra import web"),
    Break(
        "HTTP by a detour",
        "no-http",
        "durable.canary",
        "from openclaw.infra.web import errors",
    ),
    Break("a route queries", "no-sql-in-routes", "domains.devices.api.devices", "import sqlalchemy"),
    Break(
        "the bridge pulls in infra", "thin-clients", "apps.bridge.canary", "from openclaw.infra import config"
    ),
    Break("the command line pulls in pydantic", "thin-clients", "apps.cli.canary", "import pydantic"),
    Break("protocol pulls in SQL", "thin-clients", "protocol.canary", "import sqlalchemy.orm"),
    Break("protocol does I/O", "sans-io", "protocol.canary", "import asyncio"),
    Break("protocol does I/O by a detour", "sans-io", "protocol.canary", "from openclaw.kit import tasks"),
    Break(
        "a slice imports another's manifest",
        "manifests",
        "domains.conversations.service",
        "from openclaw.domains.identity import manifest as foreign",
        {"slice-interface", "no-http"},
    ),
    Break("the sandbox knows infra", "sandbox-alone", "sandbox.canary", "from openclaw.infra import config"),
    Break("the guest pulls in the wire's library", "guest-alone", "sandbox.guest.canary", "import msgspec"),
    Break("the SDK pulls in a library", "sdk-alone", "sdk.canary", "import msgspec"),
    Break("the SDK imports kit", "architecture", "sdk.canary", "import openclaw.kit.ids", {"sdk-alone"}),
    Break(
        "two modules of infra import each other", "acyclic", "infra.canary", "import openclaw.infra.canary2"
    ),
]

# What a break needs beside itself: a module that it points to and that the tree may not have.
BESIDE = {
    "import openclaw.infra.canary2": ("infra.canary2", "import openclaw.infra.canary"),
    "from openclaw.domains.billing import jobs": ("domains.billing.jobs", ""),
}


def test_contracts_are_kept_by_the_tree(contracts: ContractLinter) -> None:
    assert contracts.before == set()


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: case.what)
def test_contract_bites(tree: Tree, contracts: ContractLinter, case: Break) -> None:
    beside = BESIDE.get(case.code, ("canary", ""))
    with (
        tree.with_code(*beside) if case.code in BESIDE else _nothing(),
        tree.with_code(case.module, case.code),
    ):
        broken = contracts.broken()
    assert case.gate in broken
    assert broken - contracts.before <= {case.gate, "acyclic", *case.also}


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def test_every_contract_has_a_break() -> None:
    declared = {contract["id"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]}
    assert declared == {case.gate for case in BREAKS}


@pytest.mark.parametrize("name", BANNED)
def test_ban_bites(root: Path, name: str) -> None:
    module, _, last = name.rpartition(".")
    source = f"import {name}\n" if name == "unittest.mock" else f"from {module} import {last}\n"
    if name.startswith("datetime."):
        source = f"from datetime import datetime\n\nx = datetime.{last}()\n"
    assert "TID251" in _ruff(root, "src/openclaw/domains/devices/service.py", source)


LINT = {
    "a blind except": ("BLE001", "try:\n    print()\nexcept Exception:\n    x = 1\n"),
    "a public function without types": ("ANN001", "def f(x) -> None:\n    x()\n"),
    "a public function without words": ("D103", "def f() -> None:\n    f()\n"),
    "a local time": ("DTZ001", "import datetime\n\nx = datetime.datetime(2026, 1, 1)\n"),
    "a blocking call in async code": (
        "ASYNC251",
        "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n",
    ),
    "a function of too many ways": (
        "C901",
        "def f(x: int) -> None:\n" + "".join(f"    if x == {n}:\n        f({n})\n" for n in range(13)),
    ),
    "code in a comment": ("ERA001", "# x = f(1)\n"),
    "a relative import": ("TID252", "from . import x\n"),
    "an ignore that says not what": ("PGH003", "x: int = ''  # type: ignore\n"),
    "a print": ("T201", "print(1)\n"),
}


@pytest.mark.parametrize("what", LINT)
def test_lint_rule_bites(root: Path, what: str) -> None:
    rule, source = LINT[what]
    assert rule in _ruff(root, "src/openclaw/domains/devices/service.py", source)


def _ruff(root: Path, path: str, source: str) -> set[str]:
    """The rules that ``source`` would break at ``path``."""
    command = [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", "--output-format=json"]
    result = subprocess.run(
        [*command, "--stdin-filename", path, "-"],
        cwd=root,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    return {finding["code"] for finding in json.loads(result.stdout)}


# Through the Makefile, so that the command itself, its settings and its exit code are what is tried.
TARGETS = {
    "check-format": ("kit.canary", 'x   = "1"', "src/openclaw/kit/canary.py"),
    "check-lint": ("kit.canary", "import os", "F401"),
    "check-types": ("kit.canary", 'x: int = "1"', "reportAssignmentType"),
    "check-imports": ("kit.canary", "import openclaw.apps", "openclaw.kit.canary -> openclaw.apps"),
    "check-rules": (
        "kit.canary",
        "import msgspec",
        "src/openclaw/kit/canary.py:1: bottom-is-standard-library",
    ),
    "check-deps": ("kit.canary", "import canary_nobody_declared", "DEP001 'canary_nobody_declared'"),
}


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_bites(tree: Tree, target: str) -> None:
    module, code, finding = TARGETS[target]
    with tree.with_code(module, code):
        result = tree.make(target, "TYPED=src/openclaw/kit/canary.py")
    assert result.returncode != 0
    assert finding in result.stdout


def test_make_check_runs_every_target(root: Path) -> None:
    command = ["make", "--no-print-directory", "--dry-run", "check", f"VENV={sys.prefix}"]
    printed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    for tool in (
        "ruff format",
        "ruff check",
        "pyright",
        "lint-imports",
        "source_rules",
        "deptry",
        "typecheck",
    ):
        assert tool in printed

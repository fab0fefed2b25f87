"""House rules that neither imports nor a general linter can see. ``python -m tools.source_rules`` prints each breach.

Names are resolved through a module's imports, so ``import sqlalchemy as sa; sa.select(…)`` is seen and another
``select`` is not. Each rule has a case that breaks it and one that does not in tests/architecture/test_source_rules.py.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

PACKAGE = "src/openclaw"
CHECKED = ("src", "tests", "benchmarks", "migrations")


@dataclass(frozen=True, order=True)
class Breach:
    """One place that breaks one rule."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class Module:
    """A parsed file and what its imported names stand for."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.tree = ast.parse(source, path)
        self.nodes = list(ast.walk(self.tree))
        self.names = dict(_imported_names(self.nodes))

    def under(self, *places: str) -> bool:
        """Whether the file is one of ``places``: a file, or a folder and all in it, below the package."""
        return any(re.match(rf"{PACKAGE}/{place}(\.py$|/)", self.path) for place in places)

    def resolve(self, node: ast.expr) -> str:
        """The dotted origin of a name or attribute (``sa.select`` → ``sqlalchemy.select``); "" if it has none."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            origin = self.resolve(node.value)
            return f"{origin}.{node.attr}" if origin else ""
        return ""

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Each call and the dotted origin of what it calls."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, self.resolve(node.func)

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Each import statement and the dotted origin of what it imports."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node, f"{node.module}.{alias.name}"


Found: TypeAlias = Iterator[tuple[ast.AST, str]]
Rule: TypeAlias = Callable[[Module], Found]


def _imported_names(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def commit_in_db_only(module: Module) -> Found:
    """A transaction belongs to its scope: only infra.db ends one, and before there are scopes, infra.migrate.

    What runs on a person's machine has no session to commit; a `commit` there is of a file of its own.
    """
    places = ("infra/db", "infra/migrate", "durable", "apps/bridge", "apps/cli")
    if not module.under(".*") or module.under(*places):
        return
    for call, _ in module.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            yield call, "only openclaw.infra.db commits; the transaction ends with its scope"


WRITES = {"insert", "update", "delete"}
QUERIES = WRITES | {"select", "union", "union_all", "exists"}


def queries_in_repository_only(module: Module) -> Found:
    """Every query of a slice stands in its repository, where the scope is. (Models may word an index or a default.)"""
    if not module.under(".*") or module.under("infra", "durable", "domains/[^/]+/repository"):
        return
    banned = QUERIES if module.under("domains/[^/]+/models") else QUERIES | {"text"}
    for call, origin in module.calls():
        if origin.startswith("sqlalchemy.") and origin.rpartition(".")[2] in banned:
            yield call, f"`{origin.rpartition('.')[2]}(…)` belongs in the slice's repository"


def repository_takes_scope(module: Module) -> Found:
    """A query that has no scope has no tenant."""
    if not module.under("domains/[^/]+/repository"):
        return
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            first = next(iter([*node.args.posonlyargs, *node.args.args]), None)
            if first is None or first.arg != "scope":
                yield node, f"the first parameter of `{node.name}` must be `scope`"


def writes_own_models_only(module: Module) -> Found:
    """A row is written by the slice that owns it; others read it, or ask the owner's service."""
    here = re.match(rf"{PACKAGE}/domains/([^/.]+)/", module.path)
    if here is None:
        return
    for call, origin in module.calls():
        writes = origin.startswith("sqlalchemy.") and origin.rpartition(".")[2] in WRITES
        adds = isinstance(call.func, ast.Attribute) and call.func.attr == "add"
        if not (call.args and (writes or adds)):
            continue
        target = call.args[0].func if adds and isinstance(call.args[0], ast.Call) else call.args[0]
        owner = re.match(r"openclaw\.domains\.([^.]+)\.models\.", module.resolve(target))
        if owner and owner[1] != here[1]:
            yield call, f"only `{owner[1]}` writes its rows; call its service"


def sql_is_literal(module: Module) -> Found:
    """SQL put together from strings is how an injection begins; values are bound parameters."""
    for call, origin in module.calls():
        by_name = isinstance(call.func, ast.Attribute) and call.func.attr in {"exec_driver_sql", "text"}
        if not call.args or not (origin in {"sqlalchemy.text", "sqlalchemy.sql.text"} or by_name):
            continue
        sql = call.args[0]
        formatted = (
            isinstance(sql, ast.Call) and isinstance(sql.func, ast.Attribute) and sql.func.attr == "format"
        )
        if isinstance(sql, ast.JoinedStr | ast.BinOp) or formatted:
            yield call, "bind the values (`:name`) instead of formatting them into the SQL"


def tasks_by_spawn_only(module: Module) -> Found:
    """The loop holds tasks weakly and a failed one says nothing: kit.tasks.spawn keeps and reports them."""
    if not module.under(".*") or module.under("kit/tasks"):
        return
    groups = {
        item.optional_vars.id
        for node in module.nodes
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if isinstance(item.context_expr, ast.Call) and isinstance(item.optional_vars, ast.Name)
        if module.resolve(item.context_expr.func) == "asyncio.TaskGroup"
    }
    for call, origin in module.calls():
        of_loop = (
            isinstance(call.func, ast.Attribute)
            and call.func.attr == "create_task"
            and not (isinstance(call.func.value, ast.Name) and call.func.value.id in groups)
        )
        if of_loop or origin in {"asyncio.create_task", "asyncio.ensure_future"}:
            yield call, "use openclaw.kit.tasks.spawn (or an asyncio.TaskGroup)"


ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv"}


def environment_in_config_only(module: Module) -> Found:
    """Configuration is read once per process and passed down. (The SDK's is the jail's: where output goes.)"""
    places = ("infra/config", "apps/bridge/config", "apps/cli/config", "sdk/runtime")
    if not module.under(".*") or module.under(*places):
        return
    message = "read the environment in the process's config module and pass the value down"
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and module.resolve(node) in ENVIRONMENT:
            yield node, message
    for statement, origin in module.imports():
        if origin in ENVIRONMENT:
            yield statement, message


def bottom_is_standard_library(module: Module) -> Found:
    """The bottom of the tree hangs on nothing."""
    if not module.under("kit", "sdk"):
        return
    for statement, origin in module.imports():
        if origin.partition(".")[0] not in sys.stdlib_module_names | {"openclaw"}:
            yield statement, f"kit and sdk are standard library only, not `{origin.partition('.')[0]}`"


def protocol_opens_nothing(module: Module) -> Found:
    """Protocols are sans-I/O: of paths they know the names only. (Imports of sockets and the like: import-linter.)"""
    if not module.under("protocol"):
        return
    for statement, origin in module.imports():
        if origin.startswith("pathlib") and not origin.startswith("pathlib.Pure"):
            yield statement, "protocol knows pure paths only: `from pathlib import PurePosixPath`"
        if origin.startswith("urllib.") and not origin.startswith("urllib.parse"):
            yield statement, "protocol reads addresses and opens none: urllib.parse only"
    for call, _ in module.calls():
        if isinstance(call.func, ast.Name) and call.func.id in {"open", "print", "input"}:
            yield call, f"protocol does no I/O: `{call.func.id}(…)`"


def tests_never_sleep(module: Module) -> Found:
    """A test that sleeps is slow when it passes and wrong when the machine is busy."""
    if not module.path.startswith("tests/"):
        return
    for call, origin in module.calls():
        if origin in {"asyncio.sleep", "time.sleep"}:
            yield call, "wait for a signal (an event, a line of output, a row), or move a ManualClock"


def tests_never_mock_us(module: Module) -> Found:
    """What a mock proves is the mock. Fakes of ours ship beside their protocol and pass its contract suite."""
    if not module.path.startswith("tests/"):
        return
    for statement, origin in module.imports():
        if origin.startswith("unittest.mock") or origin.partition(".")[0] == "mock":
            yield statement, "no mocks: use the real thing, or the fake beside its protocol"
    for call, _ in module.calls():
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "setattr" and call.args):
            continue
        target = call.args[0]
        name = target.value if isinstance(target, ast.Constant) else module.resolve(target)
        if str(name).partition(".")[0] == "openclaw":
            yield call, "our own code is not patched in a test: pass another value in"


RULES: tuple[Rule, ...] = (
    commit_in_db_only,
    queries_in_repository_only,
    repository_takes_scope,
    writes_own_models_only,
    sql_is_literal,
    tasks_by_spawn_only,
    environment_in_config_only,
    bottom_is_standard_library,
    protocol_opens_nothing,
    tests_never_sleep,
    tests_never_mock_us,
)


def check_source(path: str, source: str) -> list[Breach]:
    """The breaches in one file; ``path`` is relative to the project's root, with forward slashes."""
    try:
        module = Module(path, source)
    except SyntaxError as error:
        return [Breach(path, error.lineno or 1, "syntax", error.msg)]
    return sorted(
        Breach(path, getattr(node, "lineno", 1), rule.__name__.replace("_", "-"), message)
        for rule in RULES
        for node, message in rule(module)
    )


def check_tree(root: Path) -> list[Breach]:
    """The breaches in every Python file of the project at ``root``."""
    return [
        breach
        for folder in CHECKED
        for file in sorted((root / folder).rglob("*.py"))
        if "node_modules" not in file.parts
        for breach in check_source(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))
    ]


def main() -> int:
    """Check the project in the working directory; 1 if anything was found."""
    breaches = check_tree(Path.cwd())
    for breach in breaches:
        print(breach)
    print(f"source rules: {len(RULES)} rules, {len(breaches) or 'no'} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What is wrong with a definition, in Chinese: every form of words that the validators have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import openclaw.domains.workflows
import openclaw.infra.texts
from openclaw.domains.workflows.language import expressions
from openclaw.domains.workflows.language.checks import find_problems
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.words import in_language
from openclaw.infra.sayings import COMMON
from tests.domains.workflows.running import definition, step, transform
from tests.support.accounts import register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLICE = Path(openclaw.domains.workflows.__file__).parent
TEXTS = Path(openclaw.infra.texts.__file__)
SPEAKERS = ("language/checks.py", "language/sources.py", "language/yaml_text.py", "service/plugin_steps.py")
CHINESE = re.compile("[\u4e00-\u9fff]")


def sentences(path: Path, only: str | None = None) -> Iterator[str]:
    """Every text with a space in it, its places filled in; those of one function, or of all the module."""
    tree: ast.AST = ast.parse(path.read_text())
    if only is not None:
        tree = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == only)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in docs or id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "x1" for p in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


async def test_every_sentence_of_the_validators_has_its_chinese() -> None:
    said = [text for name in SPEAKERS for text in sentences(SLICE / name)]
    said += [
        text
        for path in (SLICE / "language" / "expressions.py", TEXTS)
        for text in sentences(path, "syntax_error")
    ]
    said = [text for text in said if " " in text.strip()]
    missing = [text for text in said if not CHINESE.search(in_language("zh", "", text)) and _is_said(text)]
    assert len(said) > 40
    assert missing == []


def _is_said(text: str) -> bool:
    """Not a part that a sentence is made of, nor a list of names."""
    parts = {
        "ERROR: ",
        "x1: x1",
        "x1 x1",
        "line x1: ",
        "has not ended before this",
        "is not a step before this",
    }
    return text not in parts and not text.startswith(("literal[", "openclaw name "))


WRONG: list[dict[str, Any]] = [
    definition(step("dance", "a")),
    definition({"id": "a", "config": {}}),
    definition(step("http", "a", {"url": "x", "method": "GRAB", "expect": [5], "more": 1})),
    definition(step("approval", "a", {"message": 5, "expires": 0})),
    definition(step("delay", "a", {"for": 1, "until": 2}), name=""),
    definition(transform("9", 1), transform("a", {"$expr": "1 +"}), transform("b", {"$text": "{{ x("})),
    definition(step("parallel", "a", {"branches": [], "wait": 3})),
    definition(step("signal", "a", {"name": "a b", "data_schema": {"type": 5}})),
    definition(transform("a", 1, timeout="x", retries={"max": 99, "jitter": True}), layout={"z": {"x": 1}}),
    {"openclaw": "other", "name": 5, "steps": []},
]


@pytest.mark.parametrize("raw", WRONG)
async def test_what_libraries_say_is_told_in_chinese_too(raw: dict[str, Any]) -> None:
    found = find_problems(raw)
    assert found
    for problem in found:
        said = in_language("zh", problem.code, problem.message)
        assert CHINESE.search(said), problem
        assert not said.startswith("格式不正确"), problem
        assert in_language("en", problem.code, problem.message) == problem.message


# An expression, what is wrong with it and, if that can only be one place, where.
FAULTS = [
    ("input.n +", (1, 10), "表达式不完整"),
    ("true &&\n  (1", (2, 5), "表达式不完整"),
    ("input.n = 1", (1, 9), "比较请写作 =="),
    ("input.n == 'x", (1, 12), "文本没有结束引号"),
    ('"a\nb"', (1, 1), "文本没有结束引号"),
    ("input.n > 1 then", (1, 13), "此处不能写 then"),
    ("名 > 1", (1, 1), "此处不能写 名"),
    ("if", (1, 1), "if 是保留字"),
    ("9223372036854775808", (1, 1), "数值超出范围"),
    ("has(input)", (1, 5), "has() 需要一个字段，例如 has(input.name)"),
    ("input.list.map(1, 2)", (1, 16), "变量必须是简单的名称"),
    ("(" * 1900, (1, 97), "嵌套层数过多"),
    ("now()", None, "没有函数 now"),
    ("1 +\n 1 / 0 + '/'.size()", (2, 4), "除数为零"),
    ("1 % 0", (1, 3), "除数为零"),
    ("1 / 0 + 1 / 0", None, "除数为零"),
    ("9223372036854775807 + 1", (1, 21), "数值超出范围"),
    ("9223372036854775807 * 2", (1, 21), "数值超出范围"),
    ("uint(-1)", (1, 1), "数值超出范围"),
    ("1 > 0 && input.missing > 1", (1, 16), "没有键 'missing'"),
    ("input['a key'] > 1", (1, 7), "没有键 'a key'"),
    ("input.missing > input.missing", None, "没有键 'missing'"),
    ("nothing > 1", (1, 1), "没有名称 nothing"),
    ("input.list[9] > 1", (1, 11), "列表中没有索引 9"),
    ("input.list['a']", None, "类型必须是 int/uint，而不是 string"),
    ("input.n + 'x'", None, "值的类型不相符"),
    ("input.n < 'x'", None, "值的类型不相符"),
    ("'a' * 2", (1, 5), "值的类型不相符：string * int"),
    ("size(1)", (1, 1), "函数 size 不接受这样的值"),
    ("int('x')", (1, 1), "函数 int 不接受这样的值"),
    ("'a'.matches('(')", (1, 5), "函数 matches 不接受这样的值"),
    ("{1.5: 2}", None, "对象的键必须是文本"),
    ("{1: 2}", None, "对象的键必须是文本"),
    ("1.0 / 0.0", None, "结果不是有效的数字"),
    ("b'a'", None, "结果的类型是 bytes，JSON 中没有对应的形式"),
    ("input.n", None, "必须是 true 或 false，而不是 1"),
]


@pytest.mark.parametrize(("source", "place", "chinese"), FAULTS)
async def test_what_is_wrong_with_an_expression_is_told_by_its_kind_and_place(
    source: str, place: tuple[int, int] | None, chinese: str
) -> None:
    found = expressions.syntax_error(source)
    if found is None:
        with pytest.raises(StepError) as raised:
            expressions.is_true(source, {"input": {"n": 1, "list": [1]}})
        found = raised.value.reason
        placed = f"第 {place[0]} 行第 {place[1]} 列：" if place else ""
        assert COMMON.after_source(raised.value.message) == f"{source}：{placed}{chinese}"
    placed = f"第 {place[0]} 行第 {place[1]} 列：" if place else ""
    assert in_language("zh", "expression", found) == f"{placed}{chinese}"
    assert "CEL" not in found
    assert "<input>" not in found


async def test_data_in_what_is_told_is_bounded() -> None:
    with pytest.raises(StepError) as raised:
        expressions.evaluate("{'a': 1}[input.k]", {"input": {"k": "(" * 100_000}})
    assert len(raised.value.message) < 300


async def test_what_is_of_no_known_kind_keeps_the_librarys_words() -> None:
    with pytest.raises(StepError) as raised:
        expressions.evaluate("a{b: 1}", {"a": 1})
    assert "feature not enabled" in raised.value.reason
    assert COMMON.after_source(raised.value.message) is None
    assert COMMON.after_source("x: " * 10_000 + "division by zero") is None


async def test_a_long_message_is_not_searched_for_its_form() -> None:
    long = "Input tag '" + "x is not one of " * 20_000
    assert in_language("zh", "shape", long) == f"格式不正确：{long}"


async def test_problems_are_told_in_the_readers_language(server: Server) -> None:
    ann = await register(server)
    wrong = definition(transform("a", 1, next_steps=["b"]))
    zh = {"Accept-Language": "zh"}
    checked = await ann.post("/workflow-language/check", {"definition": wrong}, headers=zh)
    assert checked["problems"][0]["message"] == "与 a 同级的步骤中没有 b"
    refused = await ann.api.post("/workflows", json={"definition": wrong}, headers=zh)
    assert refused.json()["data"]["problems"] == checked["problems"]
    assert "与 a 同级的步骤中没有 b" in refused.json()["detail"]
    unread = await ann.post("/workflow-language/check", {"yaml": "a: 1\na: 2"}, headers=zh)
    assert unread["problems"][0]["message"] == "第 2 行：'a' 出现了两次"
    plugin = definition(step("plugin", "p", {"plugin": "none"}))
    checked = await ann.post("/workflow-language/check", {"definition": plugin}, headers=zh)
    assert checked["problems"][0]["message"] == "此工作区未安装插件 none"
    plain = await ann.post(
        "/workflow-language/check", {"definition": wrong}, headers={"Accept-Language": "en"}
    )
    assert plain["problems"][0]["message"] == "there is no step b beside a"

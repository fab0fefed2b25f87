"""Every sentence exists in both languages, with the same data in it, and every key that is said is there."""

import ast
import re
import string
from pathlib import Path

import pytest

from openclaw.apps.bridge import config as bridge_config
from openclaw.apps.bridge.words import WORDS as BRIDGE_WORDS
from openclaw.apps.cli import config
from openclaw.apps.cli.words import CATALOG
from openclaw.apps.db.words import WORDS
from openclaw.protocol.packages.permissions import PERMISSION_WORDS

HAN = r"[\u4e00-\u9fff]"
SAME = {"chat_prompt", "options", "check_python"}
SOURCES = Path(__file__).parents[3] / "src" / "openclaw" / "apps" / "cli"


def data_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("catalog", [CATALOG, WORDS, BRIDGE_WORDS], ids=["cli", "db", "bridge"])
def test_both_languages_say_the_same(catalog: dict[str, tuple[str, str]]) -> None:
    for key, (english, chinese) in catalog.items():
        assert data_of(english) == data_of(chinese), key
        assert not re.search(HAN, english), key
        letters = re.sub(r"\{[^}]*\}|OPENCLAW_\w+|PostgreSQL", "", english)
        assert key in SAME or re.search(HAN, chinese) or not re.search("[A-Za-z]", letters), key


def test_secrets_have_one_word_and_keys_another() -> None:
    for key, (english, chinese) in (CATALOG | PERMISSION_WORDS).items():
        is_secret = re.search(r"(?<!-)\b[Ss]ecrets?\b", english)
        assert bool(is_secret) == ("机密" in chinese), key
        assert not (is_secret and "密钥" in chinese), key


def strings_of_sources() -> tuple[set[str], set[str]]:
    """The keys that are said as they stand, and every string anywhere."""
    said: set[str] = set()
    strings: set[str] = set()
    for file in SOURCES.rglob("*.py"):
        if file.parent.name == "words":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                chosen = node.args[0]
                keys = [chosen.body, chosen.orelse] if isinstance(chosen, ast.IfExp) else [chosen]
                said |= {k.value for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    return said, strings


def test_every_key_that_is_said_exists() -> None:
    said, _ = strings_of_sources()
    assert said - CATALOG.keys() == set()


def test_nothing_is_kept_that_nobody_says() -> None:
    _, strings = strings_of_sources()
    starts = {text for text in strings if re.fullmatch(r"[a-z]+(_[a-z]+)*_", text)}
    silent = {key for key in CATALOG if key not in strings and not key.startswith(tuple(starts))}
    assert silent == set()


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"LANG": "zh_CN.UTF-8"},
        {"LANG": "C.UTF-8"},
        {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"},
        {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"},
        {"LC_CTYPE": "zh_CN.UTF-8"},
    ],
)
def test_the_bridge_speaks_the_language_of_the_command_line(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert bridge_config.language.__wrapped__() == config.language.__wrapped__()

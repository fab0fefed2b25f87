"""What may stand in a file of this project, whoever wrote it and on whichever machine."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LONGEST = 800
TEXT = {
    ".py", ".toml", ".txt", ".md", ".sh", ".json", ".jsonl", ".yml", ".yaml", ".ts", ".tsx", ".css", ".html",
    ".js", ".cjs", ".mjs", ".cfg", ".ini", ".mako", "",
}  # fmt: skip
GENERATED = {"package-lock.json"}


def tracked_files(root: Path) -> list[Path]:
    """Every file that is or would be committed."""
    if not shutil.which("git") or not (root / ".git").exists():
        pytest.skip("not a git checkout: nothing tells sources from results")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="module")
def texts(root: Path) -> dict[str, str]:
    """The tracked text files by name."""
    return {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
        for file in tracked_files(root)
        if file.suffix in TEXT
    }


def _lines_with(texts: dict[str, str], pattern: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_no_registry_is_named(texts: dict[str, str]) -> None:
    """Where packages come from is each machine's own configuration."""
    names = "|".join(
        ["py" + "pi", "python" + "hosted", "npm" + "js", "npm" + "mirror", "yarn" + "pkg", "artifactory"]
    )
    hosts = rf"(?i)\b[\w.-]*({names})[\w-]*\.(org|com|net|io|cn|dev)\b|(--(extra-)?index-url|--registry)[ =]"
    assert _lines_with(texts, hosts) == []


def test_no_path_of_a_machine_is_named(texts: dict[str, str], root: Path) -> None:
    places = [
        re.escape(str(root)) + r"\b",
        r"/site" + r"-packages/",
        r"/(home|Users)/\w+/\.(pyenv|cache|local|npm|nvm)\b",
    ]
    assert _lines_with(texts, "|".join(places)) == []


def test_locks_hold_no_addresses(root: Path) -> None:
    for lock in (root / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name
    names = [file.name for file in tracked_files(root)]
    assert "uv.lock" not in names
    for lock in (file for file in tracked_files(root) if file.name == "package-lock.json"):
        assert '"resolved": "http' not in lock.read_text(encoding="utf-8"), lock.name


def test_no_file_is_too_long_to_read(texts: dict[str, str]) -> None:
    lengths = {
        name: len(text.splitlines())
        for name, text in texts.items()
        if Path(name).suffix in {".py", ".ts", ".tsx", ".css", ".sh", ".mjs", ".cjs"} and ".gen." not in name
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def _pins(lock: Path) -> dict[str, list[str]]:
    """The locked versions of each package; several where platforms or Pythons differ."""
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(version)
    return pins


def _wanted(root: Path, lock: str) -> list[Requirement]:
    document = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lines = list(document["project"]["dependencies"])
    if lock in {"server", "dev"}:
        lines += document["project"]["optional-dependencies"]["server"] + document["build-system"]["requires"]
    if lock == "dev":
        lines += document["dependency-groups"]["dev"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", ["base", "server", "dev"])
def test_lock_is_fresh(root: Path, lock: str) -> None:
    """Each declared package is pinned to a version that its declaration allows, and has hashes."""
    file = root / "requirements" / f"{lock}.txt"
    pins = _pins(file)
    stale = [
        str(wanted)
        for wanted in _wanted(root, lock)
        if not any(wanted.specifier.contains(v) for v in pins.get(canonicalize_name(wanted.name), []))
    ]
    assert stale == [], "run `make lock`"
    entries = re.split(r"^(?=[\w.-]+==)", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_locks_agree(root: Path) -> None:
    base, server, dev = (_pins(root / "requirements" / f"{name}.txt") for name in ("base", "server", "dev"))
    assert base.items() <= server.items() <= dev.items()

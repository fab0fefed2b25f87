"""The file tools as functions: exact results and bounds."""

import hashlib
import os
from pathlib import Path

import msgspec
import pytest

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import open_target, resolve
from openclaw.apps.bridge.tools.reading import list_folder, read_file
from openclaw.apps.bridge.tools.search import search
from openclaw.apps.bridge.tools.system import describe_system
from openclaw.apps.bridge.tools.writing import MAX_DIFF_BYTES, edit_file, write_file
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.protocol.tools import FsList, FsRead, FsSearch, FsWrite
from tests.apps.bridge.tool_calls import edits, failure, never

# ── fs.list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_list_describes_each_entry(policy: Policy, home: Path) -> None:
    (home / "b.txt").write_text("four")
    (home / "A").mkdir()
    (home / "A" / "inner").touch()
    (home / "link").symlink_to("/etc")
    os.mkfifo(home / "pipe")
    os.utime(home / "b.txt", (0, 1_790_000_000))
    listing = msgspec.to_builtins(list_folder(policy, FsList(path="~")))
    assert listing["path"] == str(home)
    assert listing["truncated"] is False
    assert [(e["name"], e["type"]) for e in listing["entries"]] == [
        ("A", "folder"),
        ("b.txt", "file"),
        ("link", "link"),
        ("pipe", "other"),
    ]
    assert listing["entries"][1] == {
        "path": str(home / "b.txt"),
        "name": "b.txt",
        "type": "file",
        "size": 4,
        "modifiedAt": "2026-09-21T14:13:20Z",
    }


def test_list_goes_deeper_but_not_through_links_or_into_denied_folders(policy: Policy, home: Path) -> None:
    (home / "a" / "b").mkdir(parents=True)
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_ed25519").touch()
    (home / "out").symlink_to("/etc")
    names = [e.path for e in list_folder(policy, FsList(path="~", depth=5)).entries]
    assert names == [str(home / n) for n in (".ssh", "a", "out", "a/b")]


def test_list_is_bounded(policy: Policy, home: Path) -> None:
    for number in range(5):
        (home / f"{number}").touch()
    listing = list_folder(policy, FsList(path="~", limit=3))
    assert [e.name for e in listing.entries] == ["0", "1", "2"]
    assert listing.truncated


def test_list_of_no_folder(policy: Policy, home: Path) -> None:
    (home / "file").touch()
    assert failure(lambda: list_folder(policy, FsList(path="~/nothing"))) == "NOT_FOUND"
    assert failure(lambda: list_folder(policy, FsList(path="~/file"))) == "NOT_A_FOLDER"


# ── fs.read ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_read_pages_by_lines(policy: Policy, home: Path) -> None:
    (home / "f").write_bytes(b"one\ntwo\r\nthree\nfour")
    assert msgspec.to_builtins(read_file(policy, FsRead(path="~/f", offset=1, limit=2))) == {
        "path": str(home / "f"),
        "content": "two\r\nthree\n",
        "firstLine": 1,
        "lines": 2,
        "totalLines": 4,
        "truncated": True,
        "size": 19,
        "encoding": "utf-8",
        "binary": False,
    }
    rest = read_file(policy, FsRead(path="~/f", offset=3))
    assert (rest.content, rest.truncated) == ("four", False)


@pytest.mark.parametrize(
    ("data", "encoding", "content"),
    [
        ("中文\n".encode(), "utf-8", "中文\n"),
        ("中文\n".encode("gb18030"), "gb18030", "中文\n"),
        (b"\xef\xbb\xbfx", "utf-8-sig", "x"),
        ("häß".encode("utf-16"), "utf-16", "häß"),
        (b"caf\xe9 \xff", "latin-1", "café ÿ"),
        (b"", "utf-8", ""),
    ],
)
def test_read_finds_the_encoding(
    policy: Policy, home: Path, data: bytes, encoding: str, content: str
) -> None:
    (home / "f").write_bytes(data)
    found = read_file(policy, FsRead(path="~/f"))
    assert (found.encoding, found.content) == (encoding, content)


def test_read_says_binary_and_cuts_a_huge_line(policy: Policy, home: Path) -> None:
    (home / "b").write_bytes(b"\x7fELF\0\0")
    found = read_file(policy, FsRead(path="~/b"))
    assert (found.binary, found.content, found.size) == (True, "", 6)
    (home / "long").write_text("x" * 1_000_000)
    long = read_file(policy, FsRead(path="~/long"))
    assert (len(long.content), long.truncated) == (262_144, True)


def test_read_refuses_what_is_no_file(policy: Policy, home: Path) -> None:
    os.mkfifo(home / "pipe")
    (home / "folder").mkdir()
    with (home / "huge").open("wb") as file:
        file.truncate(33 * 1_048_576)
    assert failure(lambda: read_file(policy, FsRead(path="~/pipe"))) == "NOT_A_FILE"
    assert failure(lambda: read_file(policy, FsRead(path="~/folder"))) == "NOT_A_FILE"
    assert failure(lambda: read_file(policy, FsRead(path="~/none"))) == "NOT_FOUND"
    assert failure(lambda: read_file(policy, FsRead(path="~/huge"))) == "TOO_LARGE"


# ── fs.search ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_search_finds_lines(policy: Policy, home: Path) -> None:
    (home / "src").mkdir()
    (home / "src" / "a.py").write_text("x = 1\nneedle = 2\r\n")
    (home / "src" / "b.txt").write_text("needle")
    (home / "src" / "bin").write_bytes(b"needle\0")
    found = msgspec.to_builtins(search(policy, FsSearch(path="~", query="needle", glob="*.py"), never))
    assert found == {
        "path": str(home),
        "matches": [{"path": str(home / "src/a.py"), "line": 2, "text": "needle = 2"}],
        "truncated": False,
        "filesSearched": 1,
    }
    regex = search(policy, FsSearch(path="~", query=r"^n\w+e( =|$)", regex=True), never)
    assert [m.path for m in regex.matches] == [str(home / "src/a.py"), str(home / "src/b.txt")]
    one = search(policy, FsSearch(path="~/src/b.txt", query="need"), never)
    assert [m.line for m in one.matches] == [1]


def test_search_stays_inside(policy: Policy, home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("needle")
    (home / "folder-link").symlink_to(outside)
    (home / "file-link").symlink_to(outside / "secret")
    (home / ".ssh").mkdir()
    (home / ".ssh" / "config").write_text("needle")
    (home / "server.pem").write_text("needle")
    os.mkfifo(home / "pipe")
    found = search(policy, FsSearch(path="~", query="needle"), never)
    assert found.matches == []


def test_search_is_bounded_and_can_be_cancelled(policy: Policy, home: Path) -> None:
    (home / "f").write_text("x\n" * 100)
    found = search(policy, FsSearch(path="~", query="x", limit=7), never)
    assert (len(found.matches), found.truncated) == (7, True)
    assert failure(lambda: search(policy, FsSearch(path="~", query="x"), lambda: True)) == "CANCELLED"
    assert (
        failure(lambda: search(policy, FsSearch(path="~", query="(", regex=True), never))
        == "INVALID_ARGUMENTS"
    )
    assert failure(lambda: search(policy, FsSearch(path="~/none", query="x"), never)) == "NOT_FOUND"


# ── fs.write ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_write_creates_a_file_and_its_parents(policy: Policy, home: Path, recorder: Recorder) -> None:
    written = msgspec.to_builtins(
        write_file(policy, FsWrite(path="~/a/b/notes.txt", content="one\ntwo\n"), recorder)
    )
    path = home / "a/b/notes.txt"
    assert path.read_text() == "one\ntwo\n"
    assert written == {
        "path": str(path),
        "bytes": 8,
        "created": True,
        "sha256": hashlib.sha256(b"one\ntwo\n").hexdigest(),
        "previousSha256": None,
        "diff": f"--- {path}\n+++ {path}\n@@ -0,0 +1,2 @@\n+one\n+two\n",
    }


def test_write_keeps_the_mode_and_leaves_nothing_behind(
    policy: Policy, home: Path, recorder: Recorder
) -> None:
    script = home / "run.sh"
    script.write_text("old\n")
    script.chmod(0o750)
    written = write_file(policy, FsWrite(path=str(script), content="new\n"), recorder)
    assert script.stat().st_mode & 0o777 == 0o750
    assert (written.created, written.previous_sha256) == (False, hashlib.sha256(b"old\n").hexdigest())
    assert "-old\n+new\n" in written.diff
    assert [p.name for p in home.iterdir()] == ["run.sh"]


def test_write_refuses_what_is_no_file(policy: Policy, home: Path, recorder: Recorder) -> None:
    (home / "folder").mkdir()
    (home / "file").touch()
    assert failure(lambda: write_file(policy, FsWrite(path="~/folder", content=""), recorder)) == "NOT_A_FILE"
    assert (
        failure(lambda: write_file(policy, FsWrite(path="~/file/x", content=""), recorder)) == "NOT_A_FOLDER"
    )
    assert (
        failure(lambda: write_file(policy, FsWrite(path="~/" + "n" * 300, content=""), recorder))
        == "INVALID_ARGUMENTS"
    )


def test_a_long_diff_is_cut_and_quick(policy: Policy, home: Path, recorder: Recorder) -> None:
    (home / "f").write_text("".join(f"old {n}\n" for n in range(60_000)))
    written = write_file(
        policy, FsWrite(path="~/f", content="".join(f"new {n}\n" for n in range(60_000))), recorder
    )
    assert MAX_DIFF_BYTES - 100 < len(written.diff) < MAX_DIFF_BYTES + 100
    assert written.diff.endswith("(diff cut here)\n")


def test_a_diff_deep_in_a_file_counts_lines_from_its_start(
    policy: Policy, home: Path, recorder: Recorder
) -> None:
    lines = [f"{n}\n" for n in range(100)]
    (home / "f").write_text("".join(lines))
    lines[50] = "changed\n"
    written = write_file(policy, FsWrite(path="~/f", content="".join(lines)), recorder)
    assert "@@ -48,7 +48,7 @@\n 47\n 48\n 49\n-50\n+changed\n 51\n" in written.diff


def test_a_file_changed_meanwhile_is_not_overwritten(policy: Policy, home: Path) -> None:
    (home / "f").write_text("mine")
    place = resolve(policy, "~/f")

    def race() -> None:
        with open_target(place) as target:
            (home / "f").write_text("somebody else's")
            target.replace(b"ours")

    assert failure(race) == "CONFLICT"
    assert (home / "f").read_text() == "somebody else's"
    assert [p.name for p in home.iterdir()] == ["f"]


@pytest.mark.parametrize("name", ["文" * 85, "é" * 127, "x" * 255, "\U0001f600" * 63, "a" + "文" * 84])
def test_write_takes_the_longest_names(policy: Policy, home: Path, recorder: Recorder, name: str) -> None:
    for content in ("first", "second"):
        write_file(policy, FsWrite(path=f"~/{name}", content=content), recorder)
        assert (home / name).read_text() == content
    assert [entry.name for entry in home.iterdir()] == [name]


# ── fs.edit ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_edit_replaces_all_or_nothing(policy: Policy, home: Path, recorder: Recorder) -> None:
    (home / "f").write_text("a b b\n")
    done = msgspec.to_builtins(edit_file(policy, edits("~/f", ("a", "x"), ("b b", "c")), recorder))
    assert (home / "f").read_text() == "x c\n"
    assert done["replacements"] == 2
    assert done["previousSha256"] == hashlib.sha256(b"a b b\n").hexdigest()
    assert "-a b b\n+x c\n" in done["diff"]
    assert (
        failure(lambda: edit_file(policy, edits("~/f", ("x", "y"), ("missing", "z")), recorder)) == "CONFLICT"
    )
    assert (home / "f").read_text() == "x c\n"


def test_edit_refuses_an_ambiguous_text_unless_every(policy: Policy, home: Path, recorder: Recorder) -> None:
    (home / "f").write_text("b b\n")
    assert failure(lambda: edit_file(policy, edits("~/f", ("b", "c")), recorder)) == "CONFLICT"
    assert edit_file(policy, edits("~/f", ("b", "c"), every=True), recorder).replacements == 2
    assert (home / "f").read_text() == "c c\n"


def test_edit_keeps_line_ends_and_needs_text(policy: Policy, home: Path, recorder: Recorder) -> None:
    (home / "f").write_bytes(b"one\r\ntwo\r\n")
    edit_file(policy, edits("~/f", ("one\ntwo", "1\n2")), recorder)
    assert (home / "f").read_bytes() == b"1\r\n2\r\n"
    (home / "b").write_bytes(b"\xff\xfe\0")
    assert failure(lambda: edit_file(policy, edits("~/b", ("a", "b")), recorder)) == "NOT_TEXT"
    assert failure(lambda: edit_file(policy, edits("~/none", ("a", "b")), recorder)) == "NOT_FOUND"


# ── system.info ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_system_info_has_its_exact_fields(home: Path) -> None:
    info = msgspec.to_builtins(describe_system(home=str(home)))
    assert set(info) == set(
        "hostname system release machine python cpuCount memoryBytes disks user home shell cwd".split()
    )
    assert info["home"] == info["cwd"] == str(home)
    assert info["disks"][0]["totalBytes"] >= info["disks"][0]["freeBytes"] > 0


def test_the_words_of_a_failure_hold_no_nul() -> None:
    """The gateway would end the connection for it."""
    assert ToolFailedError(FailureCode.NOT_FOUND, "a\0b").failure.message == "a\ufffdb"

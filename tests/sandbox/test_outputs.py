"""Files are collected from a folder whose owner is hostile, also while they change."""

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")


def _collect(
    folder: Path, *, most: int = 100, most_bytes: int = 1 << 20
) -> tuple[dict[str, bytes], dict[str, str]]:
    from openclaw.sandbox.supervisor.outputs import collect_files

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = collect_files(descriptor, most=most, most_bytes=most_bytes)
    finally:
        os.close(descriptor)
    return found.files, found.refused


def test_only_regular_files_within_budgets(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    (out / "sub" / "a.txt").write_bytes(b"a")
    (out / "link").symlink_to(secret)
    (out / "folder").symlink_to(tmp_path)
    (out / "descriptor").symlink_to("/proc/self/fd/0")
    os.link(secret, out / "hard")
    os.mkfifo(out / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(out / "socket"))
    with (out / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    (out / "line\nbreak").write_bytes(b"x")
    (out / "1/2/3/4/5/6").mkdir(parents=True)
    (out / "1/2/3/4/5/6/deep").write_bytes(b"x")
    files, refused = _collect(out)
    assert files == {"sub/a.txt": b"a"}
    assert refused == {
        "link": "ELOOP",
        "folder": "ELOOP",
        "descriptor": "ELOOP",
        "hard": "has other names",
        "pipe": "not a regular file",
        "socket": "ENXIO",
        "sparse": "too large",
        "line?break": "name",
        "1/2/3/4/5": "too deep",
    }


def test_counts_and_sizes_are_limited(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}").write_bytes(b"x" * 10)
    assert len(_collect(tmp_path, most=5)[0]) == 5
    files, _ = _collect(tmp_path, most_bytes=95)
    assert sum(map(len, files.values())) == 90
    assert _collect(tmp_path, most=2)[1]["."] == "too many entries"


def test_a_file_that_turns_into_a_link_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    out = tmp_path / "out"
    out.mkdir()
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            (out / "other").symlink_to(tmp_path / "secret")
            (out / "other").replace(out / "file")
            (out / "other").write_text("good")
            (out / "other").replace(out / "file")

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        seen = {_collect(out)[0].get("file") for _ in range(300)}
    finally:
        over.set()
        swapping.join()
    assert seen <= {b"good", b"", None}


@pytest.mark.parametrize(
    "name",
    [
        "invoice\u202efdp.exe",  # reads as invoice.exe.pdf
        "a\u200bb", "a\x7f", "a\x1b[2J", "\ud800", "a\u2028b",
        ".ssh", "-rf", "~", "a.", "a ", " a",
        "CON", "nul.txt", "Com1.log", "c:stream", "..\\up", "a|b", "what?", "", "x" * 129,
    ],
)  # fmt: skip
def test_names_that_deceive_or_mean_something_elsewhere(name: str) -> None:
    from openclaw.sandbox.supervisor.outputs import accept_files, is_good_name

    assert not is_good_name(name)
    found = accept_files([(name, 1), (f"a/{name}", 1)], b"xy", {}, most=9, most_bytes=9)
    assert found.files == {}
    assert set(found.refused.values()) == {"name"}
    assert all(told.isprintable() for told in found.refused)


@pytest.mark.parametrize("name", ["report.txt", "报告 2.pdf", "a-b_c (1).tar.gz", "console", "éa", "ملف.txt"])
def test_names_that_are_fine(name: str) -> None:
    from openclaw.sandbox.supervisor.outputs import is_good_name

    assert is_good_name(name)


def test_files_that_a_guest_names_are_held_to_the_same_rules() -> None:
    from openclaw.sandbox.supervisor.outputs import accept_files

    listed = [
        ("a", 2),
        ("/etc/passwd", 1),
        ("../b", 1),
        ("a//b", 1),
        ("1/2/3/4/5/6", 1),
        ("c", 9),
        ("d", 1),
        ("e", 1),
    ]
    refused = {"link": "ELOOP", "x\ny": "a reason\nof its own"}
    found = accept_files(listed, b"aaxxxx" + b"c" * 9 + b"de", refused, most=2, most_bytes=5)
    assert found.files == {"a": b"aa", "d": b"d"}
    reasons = {path: reason for path, reason in found.refused.items() if path not in {"link", "x?y"}}
    assert reasons.pop("c") == "too large"
    assert reasons.pop("e") == "too many files"
    assert set(reasons.values()) == {"name"}
    assert (found.refused["link"], found.refused["x?y"]) == ("ELOOP", "error")

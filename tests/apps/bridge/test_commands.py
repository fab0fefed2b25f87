"""The commands: service files, the terminal's question, help and status."""

import asyncio
import json
import os
import plistlib
import pty
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from openclaw.apps.bridge.confirmation import LinkQuestion, Terminal
from openclaw.apps.bridge.errors import LinkDeclinedError
from openclaw.kit.layout import cell_width
from openclaw.kit.tasks import spawn
from tests.apps.bridge.bridge_process import BridgeProcess, command, environment
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.raw_http import post

QUESTION = LinkQuestion(
    origin="https://app.example", server="https://app.example", code="123456", scopes="exec", policy="~"
)
SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


async def test_help_names_every_command(home: Path, state: Path) -> None:
    code, out, _ = await command(home, state, "--help")
    assert code == 0
    for name in ("run", "link", "status", "unlink", "install-service", "policy"):
        assert name in out


PAGES = """
import contextlib
from openclaw.apps.bridge.main import app
for page in ("", "run", "link", "status", "unlink", "install-service", "policy", "policy show"):
    with contextlib.suppress(SystemExit):
        app([*page.split(), "--help"], prog_name="openclaw bridge")
"""


async def test_help_pages_are_in_both_languages_and_fit(home: Path, state: Path) -> None:
    told: list[str] = []
    for language in ("en_US.UTF-8", "zh_CN.UTF-8"):
        done = subprocess.run(
            [sys.executable, "-c", PAGES],
            env={**environment(home, state), "LC_ALL": language, "COLUMNS": "60", "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        told.append(done.stdout)
        assert max(cell_width(line) for line in done.stdout.splitlines()) <= 60
    english, chinese = told
    assert english.count("show this page") == chinese.count("显示此帮助") == 8
    assert not re.search("[\u4e00-\u9fff]", english)
    assert set(re.findall(r"[A-Za-z]+ [a-z]{2,}\b", chinese)) == {"openclaw bridge", "policy show"}


async def test_the_policy_is_shown_in_chinese_too(home: Path, state: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openclaw.apps.bridge", "policy", "show"],
        env={**environment(home, state), "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    labels = [line.split()[0] for line in done.stdout.splitlines()]
    assert [label for label in labels if not label.isascii()] == ["文件", "文件夹", "最高级别", "拒绝"]
    assert all(" allow" in line for line in done.stdout.splitlines() if line[0].isascii())


async def test_status_before_anything_was_done(home: Path, state: Path) -> None:
    code, out, err = await command(home, state, "status", "--json")
    assert code == 0, err
    status = json.loads(out)
    assert (status["running"], status["linked"], status["online"]) == (False, False, False)
    assert status["policy"] == {"ok": True, "folders": [str(home)], "maxGrade": "high", "deniedTools": []}
    _, words, _ = await command(home, state, "status")
    assert str(home) in words


async def test_unlinking_an_unlinked_machine_says_so(home: Path, state: Path) -> None:
    code, out, _ = await command(home, state, "unlink", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (6, "bridge.not_linked")


async def test_a_broken_policy_is_shown_as_such(home: Path, state: Path) -> None:
    await command(home, state, "status")
    (state / "policy.toml").write_text("max_grade = 7")
    code, out, _ = await command(home, state, "policy", "show", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (4, "bridge.policy_unusable")
    _, out, _ = await command(home, state, "status", "--json")
    assert json.loads(out)["policy"]["ok"] is False


async def test_policy_show_lists_the_built_in_patterns(home: Path, state: Path) -> None:
    _, out, _ = await command(home, state, "policy", "show", "--json")
    assert {".ssh", "*.pem", "id_rsa*"} <= set(json.loads(out)["denied"])


@pytest.mark.parametrize("origin", ["*", "null", "https://a/b", "a.example", "https://a.example/"])
async def test_an_origin_that_is_none_is_refused_at_the_start(home: Path, state: Path, origin: str) -> None:
    code, _, err = await command(home, state, "run", "--port", "0", "--allow-origin", origin)
    assert code == 2
    assert origin in err


async def test_a_systemd_unit(home: Path, tmp_path: Path) -> None:
    state = tmp_path / "with space % $x"
    code, out, err = await command(
        home, state, "install-service", "--system", "linux", "--output", str(tmp_path / "units"), "--json"
    )
    assert code == 0, err
    unit = Path(json.loads(out)["path"]).read_text()
    start = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    assert start.startswith(f'ExecStart="{sys.executable}" "-m" "openclaw.apps.bridge" "run"')
    assert "with space %% $$x" in start
    assert any("enable --now openclaw-bridge" in step for step in json.loads(out)["next"])


async def test_a_service_file_that_cannot_be_written(home: Path, state: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    where = str(tmp_path / "file" / "units")
    code, out, _ = await command(home, state, "install-service", "--output", where, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "bridge.service_file_unwritable")
    code, _, err = await command(home, state, "install-service", "--output", where)
    assert (code, len(err.splitlines())) == (2, 1)
    assert where in err


async def test_a_launchd_agent_and_a_windows_task(home: Path, state: Path, tmp_path: Path) -> None:
    for system in ("macos", "windows"):
        code, _, err = await command(
            home, state, "install-service", "--system", system, "--output", str(tmp_path), "--port", "43116"
        )
        assert code == 0, err
    agent = plistlib.loads((tmp_path / "ai.openclaw.bridge.plist").read_bytes())
    assert agent["ProgramArguments"][:4] == [sys.executable, "-m", "openclaw.apps.bridge", "run"]
    assert agent["ProgramArguments"][-2:] == ["--port", "43116"]
    assert agent["RunAtLoad"] is True
    task = ET.fromstring((tmp_path / "openclaw-bridge.xml").read_bytes())
    assert task.findtext(f".//{SPACE}Command") == sys.executable
    assert "--state-dir" in (task.findtext(f".//{SPACE}Arguments") or "")
    assert task.findtext(f".//{SPACE}RunLevel") == "LeastPrivilege"


async def test_a_service_without_a_terminal_tells_the_page_what_to_type(
    process: BridgeProcess, control_plane: ControlPlanePeer
) -> None:
    await process.start("--server", control_plane.url)
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    answer = await post(process.port, "/link/redeem", body, origin=control_plane.url)
    assert (answer.status, answer.code) == (409, "bridge.confirmation_needed")
    assert control_plane.paths == []


async def test_with_yes_a_page_links_without_a_question(
    process: BridgeProcess, control_plane: ControlPlanePeer
) -> None:
    await process.start("--server", control_plane.url, "--yes")
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    assert (await post(process.port, "/link/redeem", body, origin=control_plane.url)).status == 200


@pytest.mark.parametrize(("typed", "status"), [(b"y\n", 200), (b"n\n", 403), (b"\n", 403)])
async def test_the_terminal_asks_and_the_answer_counts(
    home: Path, state: Path, control_plane: ControlPlanePeer, typed: bytes, status: int
) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *["-m", "openclaw.apps.bridge", "run", "--json", "--port", "0", "--server", control_plane.url],
        stdin=theirs,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(home, state),
    )
    os.close(theirs)
    assert process.stdout is not None
    assert process.stderr is not None
    port = json.loads(await process.stdout.readline())["port"]
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    redeem = spawn(post(port, "/link/redeem", body, origin=control_plane.url), name="redeem")
    asked = (await process.stderr.readuntil(b"[y/N, 60 s] ")).decode()
    assert control_plane.url in asked
    assert "123456" in asked
    assert str(home) in asked
    os.write(ours, typed)
    assert (await redeem).status == status
    assert len(control_plane.redeemed) == (1 if status == 200 else 0)
    process.terminate()
    await process.communicate()
    os.close(ours)


async def test_no_answer_in_time_is_a_no() -> None:
    reading, writing = os.pipe()
    terminal = Terminal(seconds=0, descriptor=reading)
    with pytest.raises(LinkDeclinedError, match="no answer in time"):
        await terminal.confirm(QUESTION)
    os.close(writing)

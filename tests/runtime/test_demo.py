"""The demo model: phrasings to tool calls, and what it says of results."""

from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart

from openclaw.protocol.tools import decode_arguments
from openclaw.runtime.demo import answer
from openclaw.runtime.demo_phrases import DemoCall, understand
from openclaw.runtime.history import ToolOutcome, tool_message, user_message
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.streaming import Models, ReplyRequest
from openclaw.runtime.toolset import find_tool, tool_definitions

THREE, DREI = "Line 1\nLine 2\nLine 3\n", "第 1 行\n第 2 行\n第 3 行\n"

WRITES = [
    ("create notes.txt with three lines in /tmp/x", "/tmp/x/notes.txt", THREE),
    ("Create notes.txt with three lines in ~/Documents.", "~/Documents/notes.txt", THREE),
    ("please create notes.txt in /tmp/x with three lines", "/tmp/x/notes.txt", THREE),
    ("Could you create a new text file called notes.txt with 3 lines in /tmp/x?", "/tmp/x/notes.txt", THREE),
    ("create /tmp/x/notes.txt with three lines", "/tmp/x/notes.txt", THREE),
    ('create notes.txt with three lines in "/tmp/my folder"', "/tmp/my folder/notes.txt", THREE),
    ("create notes.txt with three lines in /tmp/pytest-0/test_x0/work", "/tmp/pytest-0/test_x0/work/notes.txt", THREE),
    ("create notes.txt with three lines in my home folder", "~/notes.txt", THREE),
    ("create notes.txt with three lines", "~/notes.txt", THREE),
    ("create notes.txt with one line in /tmp", "/tmp/notes.txt", "Line 1\n"),
    ("create notes.txt with the lines a, b, c in /tmp/x", "/tmp/x/notes.txt", "a\nb\nc\n"),
    ("create notes.txt with the lines milk, eggs and bread in /tmp", "/tmp/notes.txt", "milk\neggs\nbread\n"),
    ("create notes.txt with three lines: a, b, c in /tmp/x", "/tmp/x/notes.txt", "a\nb\nc\n"),
    ('create notes.txt in /tmp with the lines "a, b" and "c"', "/tmp/notes.txt", "a, b\nc\n"),
    ('create notes.txt in /tmp with "hello, world"', "/tmp/notes.txt", "hello, world\n"),
    ("create notes.txt with content hello in /tmp", "/tmp/notes.txt", "hello\n"),
    ("create notes.txt saying hello there in /tmp", "/tmp/notes.txt", "hello there\n"),
    ('write "hello" to notes.txt in /tmp', "/tmp/notes.txt", "hello\n"),
    ("create empty.txt in /tmp", "/tmp/empty.txt", ""),
    ("create notes.txt with three lines in C:\\Users\\ann", "C:\\Users\\ann/notes.txt", THREE),
    ("在 /tmp/x 创建 notes.txt，写三行", "/tmp/x/notes.txt", DREI),
    ("请在/tmp/x创建notes.txt，写三行。", "/tmp/x/notes.txt", DREI),
    ("在 /tmp/x 里新建文件 notes.txt，写 3 行", "/tmp/x/notes.txt", DREI),
    ("帮我在 ~/文档 文件夹里新建 notes.txt，写三行：甲、乙、丙", "~/文档/notes.txt", "甲\n乙\n丙\n"),
    ("创建 /tmp/x/notes.txt，内容为“你好，世界”", "/tmp/x/notes.txt", "你好，世界\n"),
    ("在主目录创建 a.txt，内容：你好", "~/a.txt", "你好\n"),
    ("新建 a.txt", "~/a.txt", ""),
]  # fmt: skip

CALLS = [
    ("list /tmp", DemoCall("fs_list", {"path": "/tmp"})),
    ("list the files in ~/Documents", DemoCall("fs_list", {"path": "~/Documents"})),
    ("ls ~", DemoCall("fs_list", {"path": "~"})),
    ("what is in my home folder?", DemoCall("fs_list", {"path": "~"})),
    ("show me the contents of the folder /tmp", DemoCall("fs_list", {"path": "/tmp"})),
    ("列出 /tmp", DemoCall("fs_list", {"path": "/tmp"})),
    ("列出 /tmp 里的所有文件", DemoCall("fs_list", {"path": "/tmp"})),
    ("/tmp 里有什么？", DemoCall("fs_list", {"path": "/tmp"})),
    ("read /tmp/a.txt", DemoCall("fs_read", {"path": "/tmp/a.txt"})),
    ("show me the file a.txt", DemoCall("fs_read", {"path": "~/a.txt"})),
    ('open "/tmp/my file.txt"', DemoCall("fs_read", {"path": "/tmp/my file.txt"})),
    ("读取 /tmp/a.txt", DemoCall("fs_read", {"path": "/tmp/a.txt"})),
    ("显示 a.txt 的内容", DemoCall("fs_read", {"path": "~/a.txt"})),
    ('search for "foo bar" in /tmp', DemoCall("fs_search", {"path": "/tmp", "query": "foo bar"})),
    ("search /tmp for foo", DemoCall("fs_search", {"path": "/tmp", "query": "foo"})),
    ("在 /tmp 搜索 foo", DemoCall("fs_search", {"path": "/tmp", "query": "foo"})),
    ("在 ~/x 里查找“a b”", DemoCall("fs_search", {"path": "~/x", "query": "a b"})),
    ("run ls -la", DemoCall("exec", {"command": "ls -la"})),
    ("run `rm -rf build` in ~/proj", DemoCall("exec", {"command": "rm -rf build", "cwd": "~/proj"})),
    ("execute the command uname -a", DemoCall("exec", {"command": "uname -a"})),
    ('run echo "a.b"', DemoCall("exec", {"command": 'echo "a.b"'})),
    ("运行 uname -a", DemoCall("exec", {"command": "uname -a"})),
    ("在 ~/proj 运行 make", DemoCall("exec", {"command": "make", "cwd": "~/proj"})),
    ("system info", DemoCall("system_info", {})),
    ("系统信息", DemoCall("system_info", {})),
    (
        'replace "old text" with "new" in /tmp/a.txt',
        DemoCall(
            "fs_edit", {"path": "/tmp/a.txt", "edits": [{"old": "old text", "new": "new", "every": True}]}
        ),
    ),
    (
        "edit /tmp/a.txt and replace a with b",
        DemoCall("fs_edit", {"path": "/tmp/a.txt", "edits": [{"old": "a", "new": "b", "every": True}]}),
    ),
    (
        "把 /tmp/a.txt 里的“旧”改成“新”",
        DemoCall("fs_edit", {"path": "/tmp/a.txt", "edits": [{"old": "旧", "new": "新", "every": True}]}),
    ),
]


@pytest.mark.parametrize(("said", "path", "content"), WRITES)
def test_files_are_created_with_exactly_what_was_said(said: str, path: str, content: str) -> None:
    assert understand(said) == DemoCall("fs_write", {"path": path, "content": content})


@pytest.mark.parametrize(("said", "call"), CALLS)
def test_phrasings_become_calls(said: str, call: DemoCall) -> None:
    assert understand(said) == call


@pytest.mark.parametrize(
    "said",
    ["hello", "你好", "what is the weather in Paris?", "create a plan", "make me a sandwich", "run", "", "?" * 5000,
     "write a poem about autumn", "read the news", "show me the money", "((((", "create " * 2000, "在" * 3000],
)  # fmt: skip
def test_anything_else_is_not_understood(said: str) -> None:
    assert understand(said) is None


@pytest.mark.parametrize("said", [row[0] for row in WRITES] + [row[0] for row in CALLS])
def test_every_call_is_one_the_machine_accepts(said: str) -> None:
    call = understand(said)
    assert call is not None
    tool = find_tool(call.name)
    assert tool is not None
    decode_arguments(tool, call.arguments)


@pytest.mark.parametrize(
    ("said", "label", "hint"),
    [("hello", "Demo model", "Settings → Model providers"), ("你好", "演示模型", "设置 → 模型服务商")],
)
def test_it_says_what_it_is_and_how_to_get_a_model(said: str, label: str, hint: str) -> None:
    told = answer([user_message(said)], tools={"fs_write"})
    assert label in told.text
    assert hint in told.text
    assert told.calls == ()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Sum up this page:\n\n<title>News</title><script>x</script><p>One", "lines:\n\n- News\n- One"),
        ("Summarize:\n\n" + "\n\n".join("abcdefg"), "- a\n- b\n- c\n- d\n- e"),
        ("请总结这一页：\n\n<h1>新闻</h1>", "开头几行：\n\n- 新闻"),
    ],
)  # fmt: skip
def test_of_a_text_it_gives_the_first_lines_and_says_so(said: str, told: str) -> None:
    text = answer([user_message(said)], tools=()).text
    assert told in text
    assert "x" not in text.split("\n\n")[-1]


def test_without_a_machine_it_asks_for_one() -> None:
    assert "Link one" in answer([user_message("list /tmp")], tools=()).text
    assert "连接" in answer([user_message("列出 /tmp")], tools=()).text


def after(said: str, tool: str, result: Any, *, is_error: bool = False) -> str:
    call = ModelResponse(parts=[ToolCallPart(tool_name=tool, args={}, tool_call_id="c")])
    history: list[ModelMessage] = [
        user_message(said),
        call,
        tool_message([ToolOutcome("c", tool, result, is_error)]),
    ]
    return answer(history, tools={"fs_write"}).text


REPORTS: list[tuple[str, Any, str, str]] = [
    (
        "fs_write",
        {"path": "/a", "bytes": 3, "created": True},
        "Created `/a` (3 bytes).",
        "已创建 `/a`（3 字节）。",
    ),
    ("fs_write", {"path": "/a", "bytes": 3, "created": False}, "Replaced `/a`", "已改写 `/a`"),
    ("fs_list", {"path": "/a", "entries": []}, "`/a` is empty.", "`/a` 是空的。"),
    ("fs_list", {"path": "/a", "entries": [{"name": "x", "type": "folder"}]}, "- `x/`", "有 1 项"),
    ("fs_read", {"path": "/a", "content": "one\ntwo\n"}, "```\none\ntwo\n```", "的内容"),
    ("fs_read", {"path": "/a", "binary": True}, "not a text file", "不是文本文件"),
    ("fs_search", {"matches": []}, "Nothing found.", "没有找到。"),
    ("fs_search", {"matches": [{"path": "/a", "line": 2, "text": " x"}]}, "- `/a:2` x", "找到 1 处"),
    ("exec", {"exitCode": 3, "stdout": "out", "stderr": "err"}, "exit code 3", "退出码 3"),
    ("exec", {"exitCode": None, "timedOut": True}, "too long", "超时"),
    ("exec", {"exitCode": None, "cancelled": True}, "cancelled", "取消"),
    ("fs_edit", {"path": "/a", "replacements": 2, "diff": "-a\n+b"}, "```diff\n-a\n+b\n```", "替换 2 处"),
    ("system_info", {"hostname": "box", "memoryBytes": 2**33}, "Memory: 8.0 GiB", "内存: 8.0 GiB"),
]


@pytest.mark.parametrize(("tool", "result", "english", "chinese"), REPORTS)
def test_it_reports_what_came_back(tool: str, result: Any, english: str, chinese: str) -> None:
    assert english in after("do it", tool, result)
    assert chinese in after("做吧", tool, result)


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        ({"code": "DENIED", "reason": "not today"}, "you said no. (not today)", "此操作已被拒绝"),
        ({"code": "agents.expired"}, "nobody answered", "无人答复"),
        ({"code": "DENIED_BY_LOCAL_POLICY", "message": ".ssh"}, "policy on that machine", "本地策略"),
        ({"code": "NOT_FOUND", "message": "/a"}, "does not exist", "没有这个文件"),
        ({"code": "INTERRUPTED"}, "cannot tell", "无法确定"),
        (
            {"code": "NO_DEVICE", "message": "No device is linked."},
            "Link one under **Devices**",
            "请先在**设备**",
        ),
        ({"code": "SOMETHING_NEW", "message": "odd"}, "It did not work. (odd)", "没有成功"),
        ("plain words", "It did not work. (plain words)", "没有成功"),
    ],
)
def test_it_is_honest_about_failures(error: Any, english: str, chinese: str) -> None:
    assert english in after("do it", "exec", {"error": error}, is_error=True)
    assert chinese in after("做吧", "exec", {"error": error}, is_error=True)


async def test_it_answers_through_the_same_door(models: Models) -> None:
    deltas: list[str] = []
    request = ReplyRequest(
        "s", [user_message("create notes.txt with three lines in /tmp/x")], tool_definitions()
    )
    reply = await models.stream_reply(ModelConfig.demo(), request, deltas.append)
    assert "".join(deltas) == reply.text
    assert len(deltas) > 3
    (call,) = reply.tool_calls
    assert (call.name, call.arguments) == ("fs_write", {"path": "/tmp/x/notes.txt", "content": THREE})
    assert reply.response.tool_calls[0].tool_call_id == call.id
    assert (reply.is_demo, reply.model, reply.cost_micros, reply.finish_reason) == (
        True,
        "demo",
        0,
        "tool_call",
    )
    result = ToolOutcome(call.id, call.name, {"path": "/tmp/x/notes.txt", "bytes": 21, "created": True})
    history = [*request.history, reply.response, tool_message([result])]
    told = await models.stream_reply(
        ModelConfig.demo(), ReplyRequest("s", history, tool_definitions()), deltas.append
    )
    assert "Created `/tmp/x/notes.txt` (21 bytes)." in told.text
    assert told.tool_calls == ()

"""What the demo model understands: phrasings in English and Chinese, each for one real tool call."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DemoCall:
    """A tool call by the name and with the arguments that a model would give."""

    name: str
    arguments: dict[str, Any]


MAX_LINES = 1000
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»"}
_QUOTED = "|".join(f"{re.escape(a)}[^{re.escape(b)}]+{re.escape(b)}" for a, b in _QUOTES.items())
_TOKEN = rf"(?:{_QUOTED}|[^\s，。；、,;]+)"
# A folder that nobody could take for something else: quoted, or it looks like a path.
_PATH = rf"(?:{_QUOTED}|(?:~|/|\.{{1,2}}/|[A-Za-z]:[\\/])[^\s，。；,;]*|[\w.-]+/[^\s，。；,;]*)"
_HOME_EN = r"(?:my|the)\s+home(?:\s+(?:folder|directory))?"
_HOME_ZH = r"(?:我的)?(?:主目录|家目录|主文件夹)"
_NUMBERS_EN: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_NUMBERS_ZH = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_I = re.IGNORECASE | re.DOTALL

_FOLDER_EN = re.compile(
    rf"\s+(?:in|into|inside|under|to)\s+(?:the\s+)?(?:folder\s+|directory\s+)?"
    rf"(?P<folder>{_HOME_EN}|{_PATH})(?=[\s.,;!?]|$)",
    _I,
)
_CREATE_EN = re.compile(
    rf"^(?:create|make|write|add)\s+(?:me\s+)?(?:an?\s+|the\s+)?(?:new\s+)?(?:text\s+)?(?:file\s+)?"
    rf"(?:called\s+|named\s+)?(?P<name>{_TOKEN})(?P<rest>.*)$",
    _I,
)
_WRITE_TO_EN = re.compile(
    rf"^write\s+(?P<content>{_QUOTED})\s+(?:in)?to\s+(?:the\s+)?(?:file\s+)?(?P<name>{_TOKEN})$", _I
)
_CREATE_ZH = re.compile(
    rf"^(?:在|到)?\s*(?P<folder>{_HOME_ZH}|{_QUOTED}|\S+?)?\s*(?:这个)?(?:文件夹|目录)?(?:里面|里|下面|下|中|内|上)?"
    rf"\s*(?:创建|新建|建立|生成)(?:一个|个)?(?:新的?)?(?:名为|叫做?)?(?:文本)?(?:文件)?\s*"
    rf"(?P<name>{_QUOTED}|[^\s，。；、,;：:]+)(?P<rest>.*)$",
    re.DOTALL,
)
_COUNT_EN = re.compile(r"\b(\d+|" + "|".join(_NUMBERS_EN) + r")\s+lines?\b", _I)
_COUNT_ZH = re.compile(r"(\d+|[一二两三四五六七八九十]+)\s*行")
_LINES_EN = re.compile(r"\b(?:with|containing)\s+(?:the\s+)?(?:\w+\s+)?lines?:?\s+(?P<lines>\S.*)$", _I)
_LINES_ZH = re.compile(r"行\s*(?:内容)?(?:为|是)?\s*[：:，,]\s*(?P<lines>\S.*)$", re.DOTALL)
_TEXT_EN = re.compile(
    r"\b(?:with|containing|saying)\s+(?:the\s+)?(?:content|contents|text|words?)?:?\s*(?P<text>\S.*)$", _I
)
_TEXT_ZH = re.compile(r"(?:内容(?:为|是)?|写入?上?|包含)\s*[：:]?\s*(?P<text>\S.*)$", re.DOTALL)
_SEPARATORS = re.compile(r"\s*(?:,\s*and\s+|,|，|、|;|；|\s+and\s+|\s+和\s+|\n)\s*")

_EDIT_EN = re.compile(
    rf"^(?:replace|change)\s+(?P<old>{_TOKEN})\s+(?:with|by|to|into)\s+(?P<new>{_TOKEN})\s+in\s+(?:the\s+)?(?:file\s+)?"
    rf"(?P<path>{_TOKEN})$",
    _I,
)
_EDIT_IN_EN = re.compile(
    rf"^(?:in|edit)\s+(?:the\s+)?(?:file\s+)?(?P<path>{_TOKEN})[,:]?\s+(?:and\s+)?(?:replace|change)\s+(?P<old>{_TOKEN})"
    rf"\s+(?:with|by|to|into)\s+(?P<new>{_TOKEN})$",
    _I,
)
_EDIT_ZH = re.compile(
    rf"^(?:把|将)\s*(?:文件)?\s*(?P<path>{_QUOTED}|\S+?)\s*(?:文件)?(?:里面|里|中|内)的?\s*(?P<old>{_QUOTED}|\S+?)\s*"
    rf"(?:改成|改为|替换成|替换为|换成|换为)\s*(?P<new>{_TOKEN})$",
    re.DOTALL,
)
_SEARCH_EN = re.compile(
    rf"^(?:search|look|grep|find)\s+(?:for\s+)?(?:the\s+)?(?:text\s+|word\s+)?(?P<query>{_QUOTED}|.+?)\s+(?:in|inside|under|below)\s+"
    rf"(?:the\s+)?(?:folder\s+|directory\s+|files\s+(?:in|of)\s+)?(?P<path>{_HOME_EN}|{_TOKEN})$",
    _I,
)
_SEARCH_IN_EN = re.compile(
    rf"^search\s+(?:the\s+)?(?:folder\s+)?(?P<path>{_PATH})\s+for\s+(?P<query>.+)$", _I
)
_SEARCH_ZH = re.compile(
    rf"^(?:在|到)?\s*(?P<path>{_HOME_ZH}|{_QUOTED}|\S+?)\s*(?:文件夹|目录)?(?:里面|里|下面|下|中|内)?\s*"
    rf"(?:搜索|查找|搜|寻找)\s*(?:文本|文字|一下)?\s*(?P<query>.+)$",
    re.DOTALL,
)
_SEARCH_OF_ZH = re.compile(
    rf"^(?:搜索|查找)\s*(?P<path>{_PATH}|{_HOME_ZH})\s*(?:文件夹|目录)?(?:里面|里|下面|下|中|内)的?\s*(?P<query>.+)$",
    re.DOTALL,
)
_EXEC_EN = re.compile(
    r"^(?:run|execute|exec)\s+(?:the\s+)?(?:shell\s+)?(?:command\s+)?(?P<command>\S.*)$", _I
)
_EXEC_ZH = re.compile(
    rf"^(?:在\s*(?P<folder>{_HOME_ZH}|{_QUOTED}|\S+?)\s*(?:文件夹|目录)?(?:里面|里|下面|下|中|内)?\s*)?(?:运行|执行)\s*"
    r"(?:一下)?(?:shell)?\s*(?:命令|指令)?\s*[：:]?\s*(?P<command>\S.*)$",
    _I,
)
_SYSTEM = re.compile(
    r"^(?:(?:show|get|tell)\s+(?:me\s+)?(?:the\s+)?)?(?:system\s*(?:info(?:rmation)?|status)|(?:about\s+)?(?:this|my|the)\s+"
    r"(?:machine|computer|device|system))$|^(?:what|which)\s+(?:machine|computer|system|device)\s+is\s+this$"
    r"|^(?:(?:显示|查看|看看)?(?:一下)?(?:系统|机器|电脑|设备)(?:的)?(?:信息|情况|状态)|这是(?:什么|哪台)(?:机器|电脑|系统))$",
    _I,
)
_LIST_EN = re.compile(
    rf"^(?:ls|list|show)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:files|contents?|entries|folder|directory)\s*(?:in|of|inside|under)?\s*"
    rf"(?:the\s+)?(?:folder\s+|directory\s+)?(?P<path>{_HOME_EN}|{_TOKEN})$"
    rf"|^(?:ls|list)\s+(?P<bare>{_HOME_EN}|{_TOKEN})$"
    rf"|^what(?:'s|\s+is)\s+in\s+(?:the\s+)?(?:folder\s+|directory\s+)?(?P<what>{_HOME_EN}|{_TOKEN})$",
    _I,
)
_LIST_ZH = re.compile(
    rf"^(?:列出|列一下|显示)\s*(?:文件夹|目录)?\s*(?P<path>{_HOME_ZH}|{_QUOTED}|\S+?)\s*(?:文件夹|目录)?(?:里面|里|下面|下|中|内)?"
    rf"(?:的)?(?:所有)?(?:文件|内容|东西|目录)?$"
    rf"|^(?:看看|查看)?\s*(?P<what>{_HOME_ZH}|{_QUOTED}|\S+?)\s*(?:文件夹|目录)?(?:里面|里|下面|下|中|内)(?:都)?有(?:什么|哪些)(?:文件|东西)?$"
)
_READ_EN = re.compile(
    rf"^(?:read|open|cat|show|print|display)\s+(?:me\s+)?(?:the\s+)?(?:contents?\s+of\s+)?(?:the\s+)?(?:file\s+)?(?P<path>{_TOKEN})$"
    rf"|^what\s+(?:does|is\s+in)\s+(?:the\s+)?file\s+(?P<what>{_TOKEN})(?:\s+say)?$",
    _I,
)
_READ_ZH = re.compile(
    rf"^(?:读取|读一下|读|打开|查看|看看|显示)\s*(?:文件)?\s*(?P<path>{_QUOTED}|\S+?)\s*(?:文件)?(?:的)?(?:内容)?$"
)


def understand(said: str) -> DemoCall | None:
    """The call that ``said`` asks for; None when no phrasing fits."""
    text = said.strip()
    text = re.sub(
        r"^(?:please|could you|can you|would you|请你?|帮我|麻烦你?|能不能)\s*", "", text, flags=re.IGNORECASE
    )
    text = re.sub(r"(?:\s+please)?[\s.?!。？！]*$", "", text, flags=re.IGNORECASE)
    for rule in _RULES:
        if (call := rule(text)) is not None:
            return call
    return None


def _edit(text: str) -> DemoCall | None:
    match = _EDIT_EN.match(text) or _EDIT_IN_EN.match(text) or _EDIT_ZH.match(text)
    if match is None:
        return None
    edits = [{"old": _bare(match["old"]), "new": _bare(match["new"]), "every": True}]
    return DemoCall("fs_edit", {"path": _path(match["path"]), "edits": edits})


def _create(text: str) -> DemoCall | None:
    chinese = _CREATE_ZH.match(text)
    if chinese is not None:
        content = _content(chinese["rest"], chinese=True)
        return _write(chinese["folder"], chinese["name"], content)
    folder = None
    found = list(_FOLDER_EN.finditer(text))
    if found:
        folder = found[-1]["folder"]
        text = text[: found[-1].start()] + text[found[-1].end() :]
    if quoted := _WRITE_TO_EN.match(text):
        return _write(folder, quoted["name"], _ended([_bare(quoted["content"])]))
    match = _CREATE_EN.match(text)
    if match is None or not _names_file(match["name"]):
        return None
    return _write(folder, match["name"], _content(match["rest"], chinese=False))


def _write(folder: str | None, name: str, content: str) -> DemoCall:
    path = _bare(name)
    if folder is not None and not path.startswith(("/", "~")):
        path = f"{_path(folder).rstrip('/')}/{path}"
    return DemoCall("fs_write", {"path": _path(path), "content": content})


def _content(rest: str, *, chinese: bool) -> str:
    """The text of a new file: the lines or words that ``rest`` gives, else as many lines as it counts."""
    rest = rest.strip().strip("，,。;；")
    lines = (_LINES_ZH if chinese else _LINES_EN).search(rest)
    if lines is not None and lines["lines"]:
        # Split as said, then unquote: a quoted line may hold a comma.
        return _ended([_bare(line) for line in _split(lines["lines"])])
    counted = (_COUNT_ZH if chinese else _COUNT_EN).search(rest)
    if counted is not None:
        number = min(_number(counted[1]), MAX_LINES)
        return _ended([f"第 {n} 行" if chinese else f"Line {n}" for n in range(1, number + 1)])
    text = (_TEXT_ZH if chinese else _TEXT_EN).search(rest)
    return _ended([_bare(text["text"])]) if text is not None else ""


def _split(text: str) -> list[str]:
    if re.fullmatch(_QUOTED, text.strip()):
        text = _bare(text)
    held = re.findall(_QUOTED, text)
    if len(held) > 1:
        return held
    return [piece for piece in _SEPARATORS.split(text.strip()) if piece]


def _search(text: str) -> DemoCall | None:
    match = (
        _SEARCH_IN_EN.match(text)
        or _SEARCH_EN.match(text)
        or _SEARCH_OF_ZH.match(text)
        or _SEARCH_ZH.match(text)
    )
    if match is None:
        return None
    return DemoCall("fs_search", {"path": _path(match["path"]), "query": _bare(match["query"])})


def _exec(text: str) -> DemoCall | None:
    english = _EXEC_EN.match(text)
    match = english or _EXEC_ZH.match(text)
    if match is None:
        return None
    command, folder = match["command"].strip(), None if english else match["folder"]
    quoted = re.match(rf"({_QUOTED})", command)
    if quoted is not None and command[0] in "`“「":
        rest = command[quoted.end() :]
        where = _FOLDER_EN.match(rest) if rest else None
        folder = where["folder"] if where is not None else folder
        command = _bare(quoted[1])
    arguments = {"command": command}
    if folder is not None:
        arguments["cwd"] = _path(folder)
    return DemoCall("exec", arguments)


def _system(text: str) -> DemoCall | None:
    return DemoCall("system_info", {}) if _SYSTEM.match(text) else None


def _list(text: str) -> DemoCall | None:
    match = _LIST_EN.match(text) or _LIST_ZH.match(text)
    if match is None:
        return None
    path = next(value for value in match.groupdict().values() if value)
    # "show notes.txt" and "打开 a.txt" are about a file; a folder is asked for by name or ends in no extension.
    return (
        None if text.startswith("显示") and _names_file(path) else DemoCall("fs_list", {"path": _path(path)})
    )


def _read(text: str) -> DemoCall | None:
    match = _READ_EN.match(text) or _READ_ZH.match(text)
    if match is None:
        return None
    path = next(value for value in match.groupdict().values() if value)
    return DemoCall("fs_read", {"path": _path(path)}) if _names_file(path) or "/" in path else None


def _names_file(token: str) -> bool:
    return "." in _bare(token).rsplit("/", 1)[-1].strip(".") or "/" in token


def _number(text: str) -> int:
    if text.isdigit():
        return int(text[:6])
    if text.lower() in _NUMBERS_EN:
        return _NUMBERS_EN[text.lower()]
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMBERS_ZH.get(text[:1], 1)
    return _NUMBERS_ZH.get(tens, 1) * 10 + _NUMBERS_ZH.get(ones, 0)


def _path(token: str) -> str:
    """A path as the tools take it: what is not absolute is below the home folder."""
    path = _bare(token)
    if re.fullmatch(f"{_HOME_EN}|{_HOME_ZH}", path, _I):
        return "~"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", path):
        return path
    return f"~/{path.removeprefix('./')}"


def _bare(token: str) -> str:
    """Without the quotes around it, or the punctuation after it."""
    token = token.strip()
    if len(token) >= 2 and _QUOTES.get(token[0]) == token[-1]:
        return token[1:-1]
    return token.rstrip(",;!，。；！")


def _ended(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# The narrow phrasings first: "read" and "list" take nearly any words.
_RULES: tuple[Callable[[str], DemoCall | None], ...] = (_exec, _edit, _create, _search, _system, _list, _read)

"""The sentences that the commands print, in English and Chinese."""

import locale
from functools import cache

_WORDS: dict[str, tuple[str, str]] = {
    "listening": (
        "Bridge {version} is listening on http://127.0.0.1:{port}. Stop it with Ctrl-C.",
        "bridge {version} 正在监听 http://127.0.0.1:{port}，按 Ctrl-C 停止。",
    ),
    "not_linked_yet": (
        "This machine is not linked yet. Get a code in the web app at {server}, then: openclaw bridge link CODE",
        "本机尚未连接。请在网页 {server} 获取配对码，然后运行：openclaw bridge link CODE",
    ),
    "linked": (
        'Linked as "{name}" to {server}, for {user} in workspace "{workspace}".',
        "已作为“{name}”连接到 {server}，用户 {user}，工作区“{workspace}”。",
    ),
    "start_it": (
        "Now start it: openclaw bridge run   (or at every login: openclaw bridge install-service)",
        "现在启动：openclaw bridge run（或设为登录时启动：openclaw bridge install-service）",
    ),
    "unlinked": ("This machine is no longer linked.", "本机已取消连接。"),
    "unlinked_here_only": (
        "This machine is no longer linked here, but the server could not be told. Revoke it in the web app too.",
        "本机已在本地取消连接，但未能通知服务器。请在网页中也撤销此设备。",
    ),
    "was_not_linked": ("This machine was not linked.", "本机原本就未连接。"),
    "asks_to_link": (
        "\nA web page asks to link this machine.",
        "\n有网页请求连接本机。",
    ),
    "ask_origin": ("  Page:     {origin}", "  网页：{origin}"),
    "ask_server": ("  Server:   {server}", "  服务器：{server}"),
    "ask_code": ("  Code:     {code}", "  配对码：{code}"),
    "ask_scopes": (
        "  It gets:  {scopes}, within this machine's policy ({policy})",
        "  权限：{scopes}，受本机策略限制（{policy}）",
    ),
    "ask_question": (
        "Does the page show this code, and do you want to link? [y/N, {seconds} s] ",
        "网页显示的是这个配对码吗？是否连接？[y/N，{seconds} 秒] ",
    ),
    "asked_too_late": ("No answer: not linked.", "没有回答：未连接。"),
    "status_running": ("running   yes, on port {port}", "运行中　是，端口 {port}"),
    "status_not_running": ("running   no (openclaw bridge run)", "运行中　否（openclaw bridge run）"),
    "status_linked": (
        'linked    as "{name}" for {user}, workspace "{workspace}"',
        "已连接　作为“{name}”，用户 {user}，工作区“{workspace}”",
    ),
    "status_not_linked": ("linked    no", "已连接　否"),
    "status_online": ("online    {online}", "在线　　{online}"),
    "status_server": ("server    {server}", "服务器　{server}"),
    "status_policy": ("policy    {policy}", "策略　　{policy}"),
    "status_policy_broken": ("policy    UNUSABLE: {reason}", "策略　　无法使用：{reason}"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "service_written": ("Written: {path}", "已写入：{path}"),
    "service_next": ("Next:", "接下来："),
    "service_link_first": (
        "A service has no terminal: link it with `openclaw bridge link CODE`.",
        "服务没有终端：请用 `openclaw bridge link CODE` 连接。",
    ),
}


@cache
def language() -> str:
    """``zh`` when the person's locale is Chinese, else ``en``."""
    try:
        name = locale.setlocale(locale.LC_CTYPE, None) or ""
        if name in {"C", "POSIX", ""} or name.startswith("C."):
            name = locale.setlocale(locale.LC_CTYPE, "") or ""
    except locale.Error:
        return "en"
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def say(key: str, **data: object) -> str:
    """The sentence ``key`` with ``data`` filled in."""
    english, chinese = _WORDS[key]
    return (chinese if language() == "zh" else english).format(**data)

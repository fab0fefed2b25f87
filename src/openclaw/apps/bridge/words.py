"""The sentences that the commands print, in English and Chinese."""

from openclaw.apps.bridge.config import language

WORDS: dict[str, tuple[str, str]] = {
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
    "status_policy": ("policy    {folders} (max {grade})", "策略　　{folders}（最高 {grade}）"),
    "status_policy_broken": ("policy    UNUSABLE: {reason}", "策略　　无法使用：{reason}"),
    "policy_file": ("file        {path}", "文件　　　　{path}"),
    "policy_folders": ("folders     {folders}", "文件夹　　　{folders}"),
    "policy_max_grade": ("max grade   {grade}", "最高级别　　{grade}"),
    "policy_denied": ("denied      {patterns}", "拒绝　　　　{patterns}"),
    "vault_edited": ("Changed. What it was is kept as a checkpoint.", "已更改。更改前的内容已保存为检查点。"),
    "vault_same": ("Nothing differs.", "没有差异。"),
    "command_vault": (
        "Look at and change the local-only systems that this machine keeps.",
        "查看和修改只保存在本机的系统。",
    ),
    "command_vault_list": (
        "List the systems that this machine keeps, or the snapshots of one.",
        "列出本机保存的系统，或某个系统的快照。",
    ),
    "command_vault_show": ("Print all that a system is, as JSON.", "以 JSON 显示系统的全部内容。"),
    "command_vault_edit": (
        "Make a system what a JSON file says. What it was is kept as a checkpoint. Nothing leaves this machine.",
        "按 JSON 文件修改系统。修改前的内容会保存为检查点。任何内容都不会离开本机。",
    ),
    "command_vault_compare": (
        "Show what differs between a snapshot and the system as it is now.",
        "显示快照与系统当前内容的差异。",
    ),
    "argument_system": ("the system's id (sys_…)", "系统的编号（sys_…）"),
    "argument_vault_file": (
        "a JSON file of the form that `show` prints",
        "JSON 文件，格式与 `show` 的输出相同",
    ),
    "option_snapshot": ("a snapshot's id (snap_…)", "快照的编号（snap_…）"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "service_written": ("Written: {path}", "已写入：{path}"),
    "service_next": ("Next:", "接下来："),
    "service_link_first": (
        "A service has no terminal: link it with `openclaw bridge link CODE`.",
        "服务没有终端：请用 `openclaw bridge link CODE` 连接。",
    ),
    # ── Help pages ──
    "usage": ("Usage: {usage}", "用法：{usage}"),
    "options": ("OPTIONS", "选项"),
    "command": ("COMMAND", "命令"),
    "heading_arguments": ("Arguments", "参数"),
    "heading_options": ("Options", "选项"),
    "heading_commands": ("Commands", "命令"),
    "or_variable": ("{words} (or {variable})", "{words}（或 {variable}）"),
    "by_default": ("{words} ({value})", "{words}（{value}）"),
    "command_bridge": (
        "Link this machine to your OpenClaw server, and run the tools that you allow there.",
        "将本机连接到您的 OpenClaw 服务器，并运行您允许的工具。",
    ),
    "command_run": (
        "Run the bridge in this terminal, until Ctrl-C.",
        "在此终端运行 bridge，按 Ctrl-C 停止。",
    ),
    "command_link": (
        "Link this machine with a code from the web app. A running bridge comes online at once.",
        "用网页中的配对码连接本机。正在运行的 bridge 会立即上线。",
    ),
    "command_status": (
        "Show whether this machine is linked and online, and what its policy allows.",
        "显示本机是否已连接、是否在线，以及策略允许什么。",
    ),
    "command_unlink": (
        "End this machine's link, here and on the server. Running commands are ended.",
        "在本机和服务器上取消连接，并终止正在运行的命令。",
    ),
    "command_install_service": (
        "Write the file that starts the bridge at login, and show the commands that enable it.",
        "写入登录时启动 bridge 的文件，并显示启用它的命令。",
    ),
    "command_policy": (
        "What this machine allows, whatever the server says.",
        "无论服务器怎么说，本机允许什么。",
    ),
    "command_policy_show": (
        "Show the policy in force, with the built-in denied patterns.",
        "显示当前生效的策略，包括内置的拒绝列表。",
    ),
    "option_state_dir": ("folder for keys, session and policy", "存放密钥、会话与策略的文件夹"),
    "option_server": ("your OpenClaw server; remembered", "您的 OpenClaw 服务器；会被记住"),
    "option_pi_command": (
        'how the Pi runtime is started, as in a shell; remembered ("" = pi on the PATH)',
        '启动 Pi 运行时的命令，写法同 shell；会被记住（"" 表示 PATH 中的 pi）',
    ),
    "option_insecure": (
        "allow a server over http/ws that is not this machine",
        "允许通过 http/ws 连接非本机的服务器",
    ),
    "option_json": ("answer in JSON", "以 JSON 输出"),
    "option_port": ("port on 127.0.0.1; 0 = any free one", "127.0.0.1 上的端口；0 表示任意空闲端口"),
    "option_allow_origin": (
        "one more web origin that may talk to the bridge; repeatable",
        "再允许一个网页来源访问 bridge；可重复",
    ),
    "option_yes": (
        "link without asking here; only where you trust every page and every user of the server's web origin",
        "连接时不在此终端询问；仅用于您信任该服务器网页来源的所有页面和所有用户的机器",
    ),
    "option_challenge": ("the challenge id, if given", "质询编号（如果给出）"),
    "option_name": ("what to call this machine", "本机的名称"),
    "option_run": ("then run the bridge in this terminal", "然后在此终端运行 bridge"),
    "option_force": ("forget a damaged session file too", "会话文件损坏时也将其清除"),
    "option_system": (
        "whose file: linux, macos or windows; this system's if left out",
        "哪种系统的文件：linux、macos 或 windows；省略时为本系统",
    ),
    "option_output": ("write the file into this folder", "将文件写入此文件夹"),
    "option_service_port": ("the bridge's own if left out", "省略时使用 bridge 的默认端口"),
    "option_help": ("show this page", "显示此帮助"),
    "option_install_completion": ("complete commands in this shell with Tab", "为当前 shell 安装 Tab 补全"),
    "option_show_completion": ("print what the completion needs", "显示补全脚本"),
    # ── Hosts ──
    "command_host": (
        "Let this machine carry runs of a workspace. Without a command: enrol it (--token) if need be, and run.",
        "让本机无人值守地承担工作区的任务。不带命令时：如有需要先注册（--token），然后运行。",
    ),
    "command_host_enroll": (
        "Make this machine a host, with a token that an admin of the workspace made.",
        "用工作区管理员生成的令牌将本机注册为主机。",
    ),
    "command_host_run": (
        "Carry runs in this terminal, until Ctrl-C; with --token a machine that is no host yet is enrolled first.",
        "在此终端承担任务，按 Ctrl-C 停止；带 --token 时，尚未注册的机器会先注册。",
    ),
    "command_host_status": (
        "Show what this machine is, as far as it knows itself.",
        "显示本机所知的自身状态。",
    ),
    "command_host_leave": (
        "Be a host no more, here and on the server.",
        "在本机和服务器上注销此主机。",
    ),
    "option_host_token": ("the enrolment token, which works once", "注册令牌，只能使用一次"),
    "option_max_tasks": ("so many runs at once; remembered", "同时承担的任务数；会被记住"),
    "option_label": (
        "what runs can ask for; repeatable, remembered",
        "任务可据此选择主机的标签；可重复，会被记住",
    ),
    "option_region": ("where it is; remembered", "所在地区；会被记住"),
    "option_provider": ("whose machine it is; remembered", "提供商；会被记住"),
    "option_browser": ("a browser can be operated here; remembered", "可在此操作浏览器；会被记住"),
    "option_long_running": (
        "it stays, or may go at any time; remembered",
        "长期运行，或随时可能离开；会被记住",
    ),
    "host_running": (
        "Host {version} is running. Stop it with Ctrl-C.",
        "主机 {version} 正在运行，按 Ctrl-C 停止。",
    ),
    "host_enrolled": (
        'Enrolled as "{name}" at {server}, workspace "{workspace}". Now start it: openclaw host run',
        "已作为“{name}”注册到 {server}，工作区“{workspace}”。现在启动：openclaw host run",
    ),
    "host_status_running": ("running   {running}", "运行中　{running}"),
    "host_status_enrolled": (
        'enrolled  as "{name}" at {server}, workspace "{workspace}"',
        "已注册　作为“{name}”，{server}，工作区“{workspace}”",
    ),
    "host_status_not_enrolled": (
        "enrolled  no (openclaw host enroll TOKEN)",
        "已注册　否（openclaw host enroll TOKEN）",
    ),
    "host_status_policy": ("policy    {file}", "策略　　{file}"),
    "host_left": ("This machine is a host no more.", "本机已不再是主机。"),
    "host_left_here_only": (
        "This machine is a host no more, but the server could not be told. Revoke it there too.",
        "本机已不再是主机，但未能通知服务器。请在服务器上也撤销此主机。",
    ),
    "argument_code": ("the six digits that the web app shows", "网页显示的六位数字"),
}


def say(key: str, **data: object) -> str:
    """The sentence ``key`` with ``data`` filled in."""
    english, chinese = WORDS[key]
    return (chinese if language() == "zh" else english).format(**data)

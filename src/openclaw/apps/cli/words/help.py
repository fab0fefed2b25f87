"""Words of the help pages: what each command and option does."""

HELP: dict[str, tuple[str, str]] = {
    "usage": ("Usage: {usage}", "用法：{usage}"),
    "options": ("options", "选项"),
    "options_heading": ("Options", "选项"),
    "arguments_heading": ("Arguments", "参数"),
    "commands_heading": ("Commands", "命令"),
    "commands_server": ("Run a server", "运行服务器"),
    "commands_machine": ("This machine", "本机"),
    "commands_client": ("Work with a server", "使用服务器"),
    "usage_problem": ("{message}\nSee: {command} --help", "{message}\n请查看：{command} --help"),
    "bad_port": ("{text!r} is not a port (0 to 65535)", "{text!r} 不是端口号（0 到 65535）"),
    "about": (
        "OpenClaw: a personal AI assistant that acts on your own machines.",
        "OpenClaw：在您自己的机器上做事的个人 AI 助手。",
    ),
    "about_note": (
        "Every command says more with --help, and answers in JSON with --json.",
        "每个命令都可用 --help 查看详情，用 --json 以 JSON 输出。",
    ),
    "role_note": (
        "Further settings are environment variables OPENCLAW_…; see docs/reference/configuration.md.",
        "其他设置使用环境变量 OPENCLAW_…，见 docs/reference/configuration.md。",
    ),
    # ── Commands ──
    "command_up": ("start everything on this machine", "在本机启动全部服务"),
    "command_up_long": (
        ("Start everything on this machine in one process: web app, gateway, worker and, unless OPENCLAW_DATABASE_URL "
        "names another, an embedded PostgreSQL. Prints the address. Stop with Ctrl-C."),
        ("在本机以单个进程启动全部服务：网页、网关、工作进程，以及内嵌的 PostgreSQL（"
            "除非用 OPENCLAW_DATABASE_URL 指定其他数据库）。"
        "启动后显示地址，按 Ctrl-C 停止。"),
    ),
    "command_server": ("run the web app and REST API only", "仅运行网页与 REST API"),
    "command_server_long": (
        ("Run the web app and the REST API as a process of their own. Run `openclaw gateway` and `openclaw worker` "
        "beside it, on the same database."),
        "以独立进程运行网页与 REST API。请另外运行 `openclaw gateway` 与 `openclaw worker`，并使用同一数据库。",
    ),
    "command_gateway": ("run the WebSocket gateway only", "仅运行 WebSocket 网关"),
    "command_gateway_long": (
        "Run the gateway, which browsers and machines connect to, as a process of its own.",
        "以独立进程运行网关，浏览器与设备都连接到它。",
    ),
    "command_worker": ("run a worker only", "仅运行工作进程"),
    "command_worker_long": (
        "Run a worker, which carries on what the assistant does, as a process of its own.",
        "以独立进程运行工作进程，由它执行助手的各项运行。",
    ),
    "command_db": ("look after the server's database", "管理服务器的数据库"),
    "command_bridge": ("link this machine and run tools on it", "连接本机并在本机运行工具"),
    "command_login": ("log in to a server", "登录服务器"),
    "command_login_long": (
        ("Log in to a server. Asks for what it needs; the password is never an argument, so it stays out of your "
        "shell's history and of the process list."),
        "登录服务器。所需信息会逐一询问；密码绝不作为参数传递，因此不会出现在命令历史或进程列表中。",
    ),
    "command_logout": ("end this terminal's session", "退出登录"),
    "command_whoami": ("show who is logged in, and where", "显示当前登录的账号与服务器"),
    "command_chat": ("talk to your assistant", "与助手对话"),
    "command_chat_long": (
        ("Talk to your assistant. With TEXT: one question and its answer; TEXT `-` is read from standard input. "
        "Without: a conversation, until Ctrl-D. What the assistant does is shown as it happens, and where it needs "
        "your consent it asks here: the web app can answer as well. Ctrl-C stops what it is doing."),
        ("与助手对话。给出 TEXT 时问答一次（`-` 表示从标准输入读取）；不给出时持续对话，按 Ctrl-D 结束。"
            "助手的操作会实时显示；"
        "需要您同意时会在此询问，也可以在网页中回答。按 Ctrl-C 停止当前操作。"),
    ),
    "command_devices": ("your linked machines", "已连接的设备"),
    "command_devices_list": ("list your machines", "列出设备"),
    "command_devices_show": ("show one machine", "显示一台设备"),
    "command_devices_rename": ("give a machine another name", "重命名设备"),
    "command_devices_revoke": ("unlink a machine; what runs there is ended", "解除设备连接，并终止其上运行的命令"),
    "command_devices_link": (
        "make a code that links another machine",
        "生成用于连接另一台机器的配对码",
    ),
    "command_devices_primary": (
        "make it the machine that is asked when none is named",
        "设为未指定设备时使用的主设备",
    ),
    "command_devices_groups": ("list your groups of machines", "列出设备组"),
    "command_devices_group": ("put machines under one name", "将若干设备归为一组"),
    "command_devices_ungroup": ("remove a group; its machines stay linked", "删除设备组，其中的设备仍保持连接"),
    "command_approvals": ("what the assistant asks you to allow", "助手请求您批准的操作"),
    "command_approvals_list": ("list what waits for your answer", "列出等待答复的请求"),
    "command_approvals_show": ("show exactly what would be done", "显示将要执行的具体内容"),
    "command_approvals_allow": ("allow it, once unless said otherwise", "批准（默认仅此一次）"),
    "command_approvals_deny": ("deny it, with a reason for the assistant", "拒绝，并可向助手说明原因"),
    "command_conversations": ("your conversations", "您的对话"),
    "command_conversations_list": ("list conversations, the latest first", "列出对话，最近的在前"),
    "command_conversations_show": ("print a conversation", "显示对话内容"),
    "command_conversations_export": ("save a conversation as a file", "将对话导出为文件"),
    "command_doctor": ("find what is wrong with the set-up, and how to fix it", "检查安装与配置问题并给出修复方法"),
    "command_doctor_long": (
        ("Look for the likeliest faults of a set-up, and say for each how to fix it. Needs neither a running server "
        "nor a login. Exits with 1 if something is broken."),
        "检查最常见的安装与配置问题，并逐项给出修复方法。无需服务器正在运行，也无需登录。发现故障时退出码为 1。",
    ),
    # ── Options ──
    "option_help": ("show this page", "显示此帮助"),
    "option_version": ("show the version", "显示版本"),
    "option_install_completion": ("complete commands in this shell with Tab", "为当前 shell 安装 Tab 补全"),
    "option_show_completion": ("print what the completion needs", "显示补全脚本"),
    "option_json": ("answer in JSON", "以 JSON 输出"),
    "option_server": (
        "the server's address (or OPENCLAW_SERVER; else the last login)",
        "服务器地址（或 OPENCLAW_SERVER，默认为上次登录的服务器）",
    ),
    "option_user": ("user name or email address; asked for if left out", "用户名或邮箱；省略时询问"),
    "option_token_stdin": (
        "read an access or refresh token from standard input instead of asking for a password",
        "从标准输入读取访问令牌或刷新令牌，而不询问密码",
    ),
    "option_password_stdin": ("read the password from standard input", "从标准输入读取密码"),
    "option_insecure": (
        "allow a server over http that is not this machine",
        "允许通过 http 连接非本机的服务器",
    ),
    "option_conversation": (
        "go on with this one: an id, the end of one, or `main`",
        "继续此对话：编号、编号的结尾，或 `main`",
    ),
    "option_device": (
        "the machine to work on: a name or an id",
        "要操作的设备：名称或编号",
    ),
    "option_no_input": (
        "never ask: when something needs your consent, print its id and exit with 3",
        "从不询问：需要您同意时显示其编号并以退出码 3 结束",
    ),
    "option_chat_json": ("print each event as a line of JSON; never asks", "每个事件输出一行 JSON；不会询问"),
    "option_yes": ("do not ask", "不询问"),
    "option_wait": ("wait until the machine is linked", "等待设备连接完成"),
    "option_all_states": ("the answered ones as well", "同时列出已答复的请求"),
    "option_always": (
        "also allow this program in this folder from now on",
        "以后也允许此程序在此文件夹中运行",
    ),
    "option_in_conversation": (
        "also allow this program in this folder for the rest of the conversation",
        "在此对话中也允许此程序在此文件夹中运行",
    ),
    "option_confirm": ("the second yes that high risk needs", "高风险操作所需的第二次确认"),
    "option_reason": ("why, in words for the assistant", "告诉助手的原因"),
    "option_search": ("only those with these words in title or messages", "仅列出标题或消息中含有这些文字的对话"),
    "option_archived": ("those in the archive", "列出已归档的对话"),
    "option_limit": ("how many at most", "最多列出多少条"),
    "option_format": ("markdown or json", "markdown 或 json"),
    "option_output": ("the file to write; standard output if left out", "要写入的文件；省略时输出到标准输出"),
    "argument_server": ("the server's address", "服务器地址"),
    "argument_text": ("what to say; `-` reads it from standard input", "要说的话；`-` 表示从标准输入读取"),
    "argument_device": ("its name, its id, or the end of its id", "名称、编号或编号的结尾"),
    "argument_devices": ("the machines: names, ids, or the ends of ids", "设备：名称、编号或编号的结尾"),
    "argument_group": ("the name of the group", "设备组名称"),
    "option_off": ("it is not the primary one any more", "取消主设备"),
    "argument_name": ("the new name", "新名称"),
    "argument_approval": ("its id, or the end of its id", "编号或编号的结尾"),
    "argument_conversation": ("its id, the end of its id, or its title", "编号、编号的结尾，或标题"),
    # ── Roles ──
    "role_up_host": ("address to listen on (127.0.0.1)", "监听地址（127.0.0.1）"),
    "role_up_port": ("port of the web app (3000)", "网页端口（3000）"),
    "role_up_gateway_port": ("port of the gateway (18789)", "网关端口（18789）"),
    "role_up_home": ("folder for database, files, keys and logs", "存放数据库、文件、密钥与日志的文件夹"),
    "role_up_no_browser": ("do not open the browser", "不打开浏览器"),
    "role_server_host": ("address to listen on (127.0.0.1)", "监听地址（127.0.0.1）"),
    "role_server_port": ("port to listen on (3000)", "监听端口（3000）"),
    "role_server_home": ("folder for database, files, keys and logs", "存放数据库、文件、密钥与日志的文件夹"),
    "role_gateway_host": ("address to listen on (127.0.0.1)", "监听地址（127.0.0.1）"),
    "role_gateway_port": ("port to listen on (18789)", "监听端口（18789）"),
    "role_gateway_home": ("folder for database, files, keys and logs", "存放数据库、文件、密钥与日志的文件夹"),
    "role_worker_home": ("folder for database, files, keys and logs", "存放数据库、文件、密钥与日志的文件夹"),
    "another_program": ("another program", "其他程序"),
}  # fmt: skip

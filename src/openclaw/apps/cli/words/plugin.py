"""Words of `openclaw plugin`."""

PLUGIN: dict[str, tuple[str, str]] = {
    "command_plugin": ("write, pack, publish and install plugins", "编写、打包、发布和安装插件"),
    "command_plugin_new": ("begin a plugin", "新建插件"),
    "command_plugin_test": ("run a plugin's tests and examples", "运行插件的测试和示例"),
    "command_plugin_test_long": (
        (
            "Run a plugin's tests (tests/test_*.py) and examples (examples/*.json): in the sandbox where the server "
            "part is installed on Linux, else in a process beside it. What ran where is said."
        ),
        (
            "运行插件的测试（tests/test_*.py）和示例（examples/*.json）：若在 Linux 上安装了服务端部分，"
            "则在沙箱中运行，否则在单独的进程中运行，并说明运行方式。"
        ),
    ),
    "command_plugin_pack": ("make a signed package of a plugin", "将插件打包并签名"),
    "command_plugin_sign": ("sign a package with another key", "用另一个密钥为插件包签名"),
    "command_plugin_keys": ("your signing keys", "您的签名密钥"),
    "command_plugin_verify": ("check a package and tell what it is", "检查插件包并显示其内容"),
    "command_plugin_publish": ("publish a plugin in a registry", "将插件发布到注册中心"),
    "command_plugin_search": ("find plugins to install", "查找可安装的插件"),
    "command_plugin_install": (
        "install a plugin, another version of it, or an MCP server",
        "安装插件、更换其版本，或安装 MCP 服务器",
    ),
    "command_plugin_refresh": (
        "see what an MCP server lists now, and take it over",
        "查看并采用 MCP 服务器现在所列的工具",
    ),
    "command_plugin_list": ("what your workspace has installed", "工作区已安装的插件"),
    "command_plugin_uninstall": ("remove a plugin and what it kept", "卸载插件并删除其数据"),
    "command_plugin_enable": ("let a plugin run", "启用插件"),
    "command_plugin_disable": ("keep a plugin from running", "停用插件"),
    "argument_plugin": ("a plugin's name", "插件名称"),
    "argument_plugin_new": (
        "the new plugin's name: words-with-hyphens",
        "新插件的名称：用连字符连接的小写单词",
    ),
    "argument_plugin_folder": ("a plugin's folder (default: this one)", "插件文件夹（默认：当前文件夹）"),
    "argument_package": ("a package (.opc)", "插件包（.opc）"),
    "argument_package_or_folder": ("a package, or a plugin's folder", "插件包或插件文件夹"),
    "argument_plugin_words": ("words to look for", "要查找的文字"),
    "option_template": ("what to begin with", "使用的模板"),
    "option_author": ("who writes it (default: you)", "作者（默认：您）"),
    "option_output": ("where to put the package", "插件包的保存位置"),
    "option_plugin_key": (
        "the key to sign with; `default` is made when needed",
        "签名密钥；default 会在需要时生成",
    ),
    "option_new_key": ("make a key of that name first", "先生成此名称的密钥"),
    "option_public": (
        "for everybody on the server, after an operator's review",
        "经运营者审核后对服务器上所有人公开",
    ),
    "option_category": ("only of that category", "仅此类别"),
    "option_plugin_version": ("that version (default: the newest)", "指定版本（默认：最新）"),
    "option_plugin_set": (
        "a setting as NAME=VALUE (VALUE is JSON, else a text)",
        "设置 名称=值（值为 JSON，否则为文字）",
    ),
    "option_plugin_mcp": (
        "the address of an MCP server, whose tools to install",
        "要安装其工具的 MCP 服务器地址",
    ),
    "option_plugin_name": ("what to call it (default: by its host)", "插件名称（默认取自主机名）"),
    "option_plugin_header": (
        "ask for the value of that header, which goes along: Authorization",
        "询问随请求发送的此标头的值，如 Authorization",
    ),
    "plugin_name_or_mcp": (
        "Say a plugin's name (--version, --set, --secret), or --mcp and an address (--name, --header).",
        "请给出插件名称（--version、--set、--secret），或 --mcp 与地址（--name、--header）。",
    ),
    "plugin_mcp_tools": ("Its tools, as the server describes them:", "服务器所描述的工具："),
    "plugin_mcp_changes": ("What has changed, as the server describes it:", "服务器所描述的变化："),
    "plugin_mcp_same": ("{name}: nothing has changed.", "{name}：没有变化。"),
    "plugin_effect_read": ("reads", "读取"),
    "plugin_effect_modify": ("changes something", "更改"),
    "plugin_effect_delete": ("deletes something", "删除"),
    "ask_plugin_refresh": ("Take this over for {name}? [y/N] ", "为 {name} 采用这些变化？[y/N] "),
    "option_plugin_secret": ("ask for the secret of that name", "询问此名称的机密值"),
    "folder_metavar": ("FOLDER", "文件夹"),
    "plugin_made": (
        "{name}/ is ready. Next:\n  cd {name}\n  openclaw plugin test",
        "已创建 {name}/。接下来：\n  cd {name}\n  openclaw plugin test",
    ),
    "plugin_no_template": (
        "There is no template {name}. There are: {known}",
        "没有模板 {name}。可用模板：{known}",
    ),
    "plugin_bad_name": (
        "{name} cannot be a plugin's name: lower-case words and digits, joined by hyphens, at most 50 letters",
        "{name} 不能作为插件名称：只能是用连字符连接的小写字母和数字，最多 50 个字符",
    ),
    "plugin_in_sandbox": ("In the sandbox ({tier}):", "在沙箱中（{tier}）："),
    "plugin_in_process": (
        "In a process of their own, without the sandbox ({reason}):",
        "在单独的进程中，没有沙箱（{reason}）：",
    ),
    "plugin_client_only": (
        "the server part of OpenClaw is not installed here",
        "此处未安装 OpenClaw 的服务端部分",
    ),
    "plugin_nothing_to_try": ("there are no tests and no examples", "没有测试也没有示例"),
    "plugin_script_needs_sandbox": (
        "scripts run in the sandbox only, and there is none: {reason}",
        "脚本只能在沙箱中运行，而此处没有沙箱：{reason}",
    ),
    "plugin_fine": ("fine", "通过"),
    "plugin_failed": ("failed", "失败"),
    "plugin_tried": ("{count} tried, {failed} failed.", "共 {count} 项，失败 {failed} 项。"),
    "plugin_violation": ("it tried what the sandbox forbids: {calls}", "尝试了沙箱禁止的操作：{calls}"),
    "plugin_stopped": ("it was stopped at its limit: {limit}", "达到限制而被终止：{limit}"),
    "plugin_no_error": ("no error", "没有错误"),
    "plugin_other_error": (
        "{wanted} was expected, {found} came: {message}",
        "预期 {wanted}，实际 {found}：{message}",
    ),
    "plugin_other_output": ("expected: {wanted}\nfound:    {found}", "预期：{wanted}\n实际：{found}"),
    "plugin_other_file": ("the file {name} is not as expected", "文件 {name} 与预期不符"),
    "plugin_tests_failed": (
        "{failed} of {ran} tests failed\n{output}",
        "{ran} 个测试中有 {failed} 个失败\n{output}",
    ),
    "plugin_tests_ran": ("tests ({ran})", "测试（{ran}）"),
    "plugin_packed": (
        "{path}: {count} files, {size} bytes, signed.",
        "{path}：{count} 个文件，{size} 字节，已签名。",
    ),
    "plugin_signed": ("{path} is signed by {signer}.", "{path} 已由 {signer} 签名。"),
    "plugin_no_keys": (
        "You have no keys yet; the first package makes one.",
        "您还没有密钥；首次打包时会自动生成。",
    ),
    "plugin_no_key": (
        "there is none; make it with `openclaw plugin keys --new {name}`",
        "不存在；请用 openclaw plugin keys --new {name} 生成",
    ),
    "plugin_key_exists": ("there is one of that name", "已有同名密钥"),
    "plugin_bad_key_name": ("letters, digits, _ and - only", "只能包含字母、数字、_ 和 -"),
    "plugin_open_key": (
        "others on this machine may read it: chmod 600 {path}",
        "本机其他用户可以读取它：请运行 chmod 600 {path}",
    ),
    "plugin_not_a_key": ("{path} is not an Ed25519 key", "{path} 不是 Ed25519 密钥"),
    "plugin_author": ("by {name}", "作者：{name}"),
    "plugin_signer": ("signed by {signer}", "签名者：{signer}"),
    "plugin_asks": ("It will be able to:", "它将可以："),
    "plugin_asks_nothing": (
        "It computes only: it reaches no network, machine or secret.",
        "它只做计算：不访问网络、设备或机密。",
    ),
    "plugin_asks_more": ("New in this version:", "此版本新增的权限："),
    "plugin_no_folder": ("there is no such folder", "没有此文件夹"),
    "plugin_no_plugin": ("there is neither plugin.py nor plugin.json", "既没有 plugin.py 也没有 plugin.json"),
    "plugin_link": ("links are not packed", "不能打包链接"),
    "plugin_slow": ("it took too long", "耗时过长"),
    "plugin_no_answer": ("it said nothing", "没有任何输出"),
    "plugin_not_exact": ("write it as name==version", "请写成 名称==版本"),
    "plugin_not_locked": (
        "needs its exact version and hashes in requirements.txt, or its wheel in wheels/",
        "需要在 requirements.txt 中写明准确版本和哈希值，或将其 wheel 放入 wheels/",
    ),
    "plugin_published": (
        "{name} {version} is published in your workspace.",
        "{name} {version} 已发布到您的工作区。",
    ),
    "plugin_waits": (
        "{name} {version} waits for an operator to approve it.",
        "{name} {version} 正在等待运营者审核。",
    ),
    "plugin_installed": ("{name} {version} is installed.", "已安装 {name} {version}。"),
    "plugin_uninstalled": ("{name} is uninstalled.", "已卸载 {name}。"),
    "plugin_enabled": ("{name} is enabled.", "已启用 {name}。"),
    "plugin_disabled": ("{name} is disabled.", "已停用 {name}。"),
    "plugin_deprecated": ("deprecated: {words}", "已弃用：{words}"),
    "plugin_is_on": ("enabled", "已启用"),
    "plugin_is_off": ("disabled", "已停用"),
    "plugin_is_blocked": ("switched off: {reason}", "已被停用：{reason}"),
    "plugin_none": ("None.", "没有。"),
    "ask_plugin_install": (
        "Install {name} {version} with these permissions? [y/N] ",
        "以这些权限安装 {name} {version}？[y/N] ",
    ),
    "ask_plugin_uninstall": (
        "Uninstall {name} and delete what it kept? [y/N] ",
        "卸载 {name} 并删除其数据？[y/N] ",
    ),
    "ask_plugin_secret": ("Secret {name}: ", "机密 {name}："),
}

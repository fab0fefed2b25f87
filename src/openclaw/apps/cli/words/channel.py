"""Words of `openclaw channel`."""

CHANNEL: dict[str, tuple[str, str]] = {
    "command_channel": (
        "write to the assistant from Telegram, Feishu, QQ, mail",
        "从 Telegram、飞书、QQ、邮件联系助手",
    ),
    "command_channel_list": ("list the channels", "列出渠道"),
    "command_channel_add": ("add a channel, and check its settings", "添加渠道并检查设置"),
    "command_channel_pair": ("make a code that ties the channel to you", "生成配对码，将渠道与本人绑定"),
    "command_channel_test": ("send a line by a channel", "通过渠道发送一条测试消息"),
    "command_channel_pause": ("hear and say nothing by a channel for now", "暂停渠道"),
    "command_channel_resume": ("hear and say things by it again", "恢复渠道"),
    "command_channel_remove": ("forget a channel and its secrets", "移除渠道及其机密"),
    "argument_channel": (
        "the channel: its name, its id, or the end of its id",
        "渠道：名称、编号或编号的结尾",
    ),
    "argument_channel_kind": (
        "telegram, feishu, feishu_push, qq, webhook or mail",
        "telegram、feishu、feishu_push、qq、webhook 或 mail",
    ),
    "channel_metavar": ("CHANNEL", "渠道"),
    "channel_kind_metavar": ("KIND", "种类"),
    "option_channel_name": ("what it is to be called", "渠道名称"),
    "option_channel_set": (
        "a setting; NAME=- asks for it without showing it; repeatable",
        "一项设置；NAME=- 则不回显地询问；可重复",
    ),
    "no_channels": (
        "No channels. `openclaw channel add telegram` makes one.",
        "没有渠道。可用 `openclaw channel add telegram` 添加。",
    ),
    "channel_added": ("{name} was added: {id}", "已添加 {name}：{id}"),
    "channel_hook": ("Its provider delivers to: {url}", "服务商投递到：{url}"),
    "channel_secret": (
        "Deliveries are signed with (shown this once): {value}",
        "投递签名用（仅显示这一次）：{value}",
    ),
    "channel_code": (
        "Send this code from the channel until {at}: {code}",
        "请在 {at} 前从渠道中发送此配对码：{code}",
    ),
    "channel_code_mail": (
        "A mail is on its way to the channel's address. Answer it with this code until {at}: {code}",
        "已向该渠道的邮箱地址发送邮件，请在 {at} 前用此配对码回复：{code}",
    ),
    "channel_code_webhook": (
        "Deliver a message whose text is this code until {at}: {code}",
        "请在 {at} 前投递一条内容为此配对码的消息：{code}",
    ),
    "channel_tested": ("A test is on its way.", "测试消息已发出。"),
    "channel_is_now": ("{name}: {state}", "{name}：{state}"),
    "channel_remove_question": ("Remove {name}?", "移除 {name}？"),
    "channel_removed": ("{name} was removed.", "已移除 {name}。"),
    "channel_state_draft": ("settings missing", "缺少设置"),
    "channel_state_checking": ("checking", "正在检查"),
    "channel_state_pairing": ("waits for the code", "等待配对码"),
    "channel_state_connected": ("connected", "已连接"),
    "channel_state_failed": ("does not work", "无法使用"),
    "channel_state_paused": ("paused", "已暂停"),
    "channel_setting_form": ("write settings as NAME=VALUE", "设置写作 名称=值"),
}

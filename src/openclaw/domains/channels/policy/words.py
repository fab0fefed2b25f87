"""What a channel says by itself, in English and Chinese."""

from typing import Any

_WORDS: dict[str, tuple[str, str]] = {
    "bound": (
        (
            "This chat is now connected to OpenClaw as {name}. Write what you would like done. "
            "/new begins another conversation, /stop ends what is being worked on."
        ),
        "此聊天已作为 {name} 连接到 OpenClaw。请直接写出要做的事；/new 开始新的对话，/stop 停止正在进行的工作。",
    ),
    "stranger": (
        "This is a private assistant. It answers only the person who has set it up.",
        "这是私人助理，只回复设置它的人。",
    ),
    "pairing": (
        "To connect this chat, send the code that OpenClaw shows under Channels.",
        "要连接此聊天，请发送 OpenClaw“渠道”页面中显示的配对码。",
    ),
    "pairing_mail": (
        (
            "{name} would like to connect this address to OpenClaw. If that is you, answer this mail with the code "
            "that OpenClaw shows under Channels; else ignore it."
        ),
        (
            "{name} 希望将此邮箱地址连接到 OpenClaw。"
            "如为本人操作，请用 OpenClaw“渠道”页面中显示的配对码回复此邮件；否则请忽略。"
        ),
    ),
    "new": ("A new conversation: what shall it be?", "已开始新的对话，请讲。"),
    "help": (
        (
            "Write what you would like done. /new begins another conversation, /stop ends what is being worked on. "
            "Questions are answered by their buttons, or by: approve CODE, deny CODE."
        ),
        (
            "请直接写出要做的事。/new 开始新的对话，/stop 停止正在进行的工作。"
            "需要批准时，可点按钮，或回复：批准 代码、拒绝 代码。"
        ),
    ),
    "stopped": ("It is being stopped.", "正在停止。"),
    "nothing_to_stop": ("Nothing is being worked on.", "当前没有进行中的工作。"),
    "going_on": (
        "Still at it. The answer comes here; /stop ends it.",
        "仍在处理中，完成后会在这里回复；/stop 可停止。",
    ),
    "aborted": ("It was stopped.", "已停止。"),
    "failed": ("That did not work: {error}", "未能完成：{error}"),
    "question": (
        "{asker} asks to use {tool}{device}:\n{summary}\n\nAnswer: approve {code} — or: deny {code}",
        "{asker} 请求使用 {tool}{device}：\n{summary}\n\n请回复：批准 {code}，或：拒绝 {code}",
    ),
    "question_in_console": (
        (
            "{asker} asks to use {tool}{device}:\n{summary}\n\nThis one takes a closer look: {link}\n"
            "It can be refused here: deny {code}"
        ),
        "{asker} 请求使用 {tool}{device}：\n{summary}\n\n该操作需要仔细查看：{link}\n也可在此拒绝：拒绝 {code}",
    ),
    "on_device": (" on {name}", "（{name}）"),
    "allowed": ("Allowed.", "已批准。"),
    "denied": ("Denied.", "已拒绝。"),
    "look_closer": (
        "This one is risky. Look at it in the console: {link}",
        "该操作有风险，请在控制台中查看：{link}",
    ),
    "no_question": ("There is no such question.", "没有这个待批准的请求。"),
    "only_text": ("Only text can be read here.", "这里只能读取文字。"),
    "too_long": (
        "That is too long: {limit} characters can be read at once.",
        "内容过长：一次最多读取 {limit} 个字符。",
    ),
    "test": (
        "This is a test from OpenClaw: messages arrive here.",
        "这是来自 OpenClaw 的测试：消息可以送达这里。",
    ),
    "task_ended": ("{title}: {state}\n{link}", "{title}：{state}\n{link}"),
    "allow_button": ("Allow", "批准"),
    "deny_button": ("Deny", "拒绝"),
}


def say(line: str, language: str, **data: Any) -> str:
    """The words of ``line`` in ``language`` (``en`` or ``zh``)."""
    return _WORDS[line][language == "zh"].format(**data)


_STATES = {
    "succeeded": ("done", "已完成"),
    "nothing_worked": ("done, but nothing that it tried worked", "已完成，但没有一步成功"),
    "failed": ("failed", "失败"),
    "cancelled": ("cancelled", "已取消"),
    "timed_out": ("out of time", "超时"),
    "lost": ("lost with its machine", "随设备丢失"),
}


def state_in(language: str, state: str) -> str:
    """How a task's run has ended, in words."""
    return _STATES.get(state, (state, state))[language == "zh"]

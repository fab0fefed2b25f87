"""What is wrong with a profile or a filled in form, in the reader's language."""

from openclaw.infra.sayings import Forms

_SAID = Forms(
    {
        "holds numbers beyond 64 bits, or is nested too deeply": "含有超出 64 位的数字，或嵌套过深",
        "is over the limit of {} bytes": "超过 {0} 字节的上限",
        "there is no role {}": "没有角色 {0}",
        "a custom bucket has a name, and no other does": "只有自定义的记忆才有名称，且必须有名称",
        "there is nothing called {}": "没有名为 {0} 的内容",
        "the form has no field {}": "表单没有字段 {0}",
        "{} is there {} times": "{0} 出现了 {1} 次",
    }
)


def in_language(language: str, message: str) -> str:
    """A problem's English ``message`` in ``language`` ("en" or "zh"); in English what there is no Chinese for."""
    return (_SAID.in_chinese(message) if language == "zh" else None) or message

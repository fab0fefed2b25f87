"""What validators say, in Chinese. They speak English, libraries as ours: what they say is known by its form."""

import re
from collections.abc import Mapping

LONGEST_SAID = (
    400  # characters of a message whose form is looked for: what stands in it may come from anybody
)

# A form of words, with {} for what differs, and its Chinese, which may name the parts in another order.
_COMMON: dict[str, str] = {
    # of texts and expressions
    "is over the limit of {} characters": "超过 {0} 个字符的上限",
    "has more than {} of map, filter, all and exists": "map、filter、all、exists 合计超过 {0} 个",
    "there is no function {}": "没有函数 {0}",
    "{} is not possible in a text": "文本中不能使用 {0}",
    "a loop in a text takes neither a condition nor `recursive`": "文本中的循环不能带条件或 `recursive`",
    "loops in a text may be nested twice at most": "文本中的循环最多嵌套两层",
    "cannot be read": "无法读取",
    "it ends too soon": "表达式不完整",
    "to compare, write ==": "比较请写作 ==",
    "a text is not closed": "文本没有结束引号",
    "{} is not possible here": "此处不能写 {0}",
    "is not possible here": "此处不能使用",
    "{} is a reserved word": "{0} 是保留字",
    "has() takes a field, such as has(input.name)": "has() 需要一个字段，例如 has(input.name)",
    "the variable must be a plain name": "变量必须是简单的名称",
    "it is nested too deeply": "嵌套层数过多",
    "it cannot be read: {}": "无法解析：{0}",
    "division by zero": "除数为零",
    "it goes beyond the range of numbers": "数值超出范围",
    "there is no key {}": "没有键 {0}",
    "there is no name {}": "没有名称 {0}",
    "there is no {}; there are {}": "没有名称 {0}；可用的有 {1}",
    "the list has no index {}": "列表中没有索引 {0}",
    "the types do not go together": "值的类型不相符",
    "the types do not go together: {}": "值的类型不相符：{0}",
    "the type has to be {}, not {}": "类型必须是 {0}，而不是 {1}",
    "the function {} does not take such a value": "函数 {0} 不接受这样的值",
    "the result is not a number": "结果不是有效的数字",
    "the result is {}, which JSON has no form for": "结果的类型是 {0}，JSON 中没有对应的形式",
    "the keys of an object must be texts": "对象的键必须是文本",
    "must be true or false, not {}": "必须是 true 或 false，而不是 {0}",
    "What the expression would look at is over the limit of {}.": "表达式要查看的内容超出上限 {0}。",
    "The text that the expression would make is over the limit of {}.": "表达式要生成的文本超出上限 {0}。",
    # of the models' library
    "Field required": "缺少此项",
    "Extra inputs are not permitted": "不允许有此项",
    "Input should be a valid string": "必须是文本",
    "Input should be a valid boolean": "必须是 true 或 false",
    "Input should be a valid number": "必须是数字",
    "Input should be a finite number": "必须是有限的数字",
    "Input should be a valid integer": "必须是整数",
    "Input should be a valid integer, got a number with a fractional part": "必须是整数",
    "Input should be a valid list": "必须是列表",
    "Input should be a valid dictionary": "必须是对象",
    "Input should be a valid dictionary or instance of {}": "必须是对象",
    "Input should be greater than or equal to {}": "不能小于 {0}",
    "Input should be less than or equal to {}": "不能大于 {0}",
    "Input should be {}": "必须是 {0}",
    "String should have at least {} character": "至少 {0} 个字符",
    "String should have at least {} characters": "至少 {0} 个字符",
    "String should have at most {} character": "最多 {0} 个字符",
    "String should have at most {} characters": "最多 {0} 个字符",
    "String should match pattern '{}'": "必须符合格式 {0}",
    "List should have at least {} item after validation, not {}": "至少需要 {0} 项，现有 {1} 项",
    "List should have at least {} items after validation, not {}": "至少需要 {0} 项，现有 {1} 项",
    "List should have at most {} items after validation, not {}": "最多 {0} 项，现有 {1} 项",
    # of the library for JSON Schema
    "{} is not of type {}": "{0} 不是 {1} 类型",
    "{} is not of types {}": "{0} 不是 {1} 类型",
    "{} is a required property": "缺少 {0}",
    "{} is not one of {}": "{0} 不在 {1} 之中",
    "{} is greater than the maximum of {}": "{0} 大于最大值 {1}",
    "{} is less than the minimum of {}": "{0} 小于最小值 {1}",
    "{} does not match {}": "{0} 不符合格式 {1}",
    "{} is longer than {} characters": "{0} 超过 {1} 个字符",
    "{} is shorter than {} characters": "{0} 少于 {1} 个字符",
    "{} has more than {} items": "{0} 超过 {1} 项",
    "{} has less than {} items": "{0} 少于 {1} 项",
    "{} has less than {} item": "{0} 少于 {1} 项",
    "{} has more than {} item": "{0} 超过 {1} 项",
    "{} has non-unique elements": "{0} 含有重复的项",
    "Additional properties are not allowed ('{}' was unexpected)": "没有字段 {0}",
    "Additional properties are not allowed ({})": "不允许有其他属性（{0}）",
}


_AT = re.compile(r"line \d+, column \d+: ")
_PLACED = re.compile(r"line (\d+)(?:, column (\d+))?: (.+)", re.DOTALL)


class Forms:
    """The forms that every validator has in common, and ``own`` ones."""

    def __init__(self, own: Mapping[str, str]) -> None:
        # Those that say most come first, each with the pieces that never differ.
        ordered = sorted({**_COMMON, **own}.items(), key=lambda item: -len(item[0].replace("{}", "")))
        self._known = [
            (form.split("{}"), re.compile("(.+)".join(map(re.escape, form.split("{}"))), re.DOTALL), chinese)
            for form, chinese in ordered
        ]

    def in_chinese(self, message: str) -> str | None:
        """The Chinese of a message; None when its form is not known."""
        if len(message) > LONGEST_SAID:
            return None
        if placed := _PLACED.fullmatch(message):
            column = f"第 {placed[2]} 列" if placed[2] else ""
            return f"第 {placed[1]} 行{column}：{self.in_chinese(placed[3]) or placed[3]}"
        for pieces, form, chinese in self._known:
            if all(piece in message for piece in pieces) and (found := form.fullmatch(message)):
                return chinese.format(*found.groups())
        return None

    def after_source(self, message: str) -> str | None:
        """The Chinese of a message that may begin with the expression that it is about, and a colon."""
        if len(message) > 2 * LONGEST_SAID:
            return None
        placed = _AT.search(message)
        at = placed.start() if placed else 0
        while at < len(message):
            if (said := self.in_chinese(message[at:])) is not None:
                return f"{message[:at].removesuffix(': ')}：{said}" if at else said
            found = message.find(": ", at)
            at = found + 2 if found >= 0 else len(message)
        return None


COMMON = Forms({})

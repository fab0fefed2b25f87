"""What is wrong with a definition, in Chinese. The validators speak English: what they say is known by its form."""

import re
from functools import cache

# A form of words, with {} for what differs, and its Chinese, which may name the parts in another order.
_FORMS: dict[str, str] = {
    # of the language
    "must be an object": "必须是对象",
    "must be a text": "必须是文本",
    "is nested deeper than {}": "嵌套层数超过 {0}",
    "is not JSON: {}": "不是 JSON：{0}",
    "has {} bytes; the limit is {}": "大小为 {0} 字节，上限为 {1}",
    "has {} steps; the limit is {}": "共有 {0} 个步骤，上限为 {1}",
    "has {} ways; the limit is {}": "共有 {0} 条连线，上限为 {1}",
    "there is no step {}": "没有步骤 {0}",
    "there is no step {} beside {}": "与 {1} 同级的步骤中没有 {0}",
    "steps are nested deeper than {}": "步骤嵌套层数超过 {0}",
    "handlers of failures are nested deeper than {}": "失败处理步骤的嵌套层数超过 {0}",
    "{} is the id of {} too": "{0} 同时也是 {1} 的标识",
    "{} leads back to itself; use a loop step": "{0} 又回到了自身；请使用循环步骤",
    "{} is also led to by next_steps; what handles a failure stands for itself": (
        "{0} 也出现在 next_steps 中；失败处理步骤必须独立"
    ),
    "only what is carried out elsewhere can be tried again": "只有在外部执行的步骤才能重试",
    "secrets are put into plugin and http steps only": "密钥只能用于 plugin 和 http 步骤",
    "{} is not in the list `secrets`": "{0} 不在 `secrets` 列表中",
    "{} is not known here": "此处没有名称 {0}",
    "{} has not ended before this": "步骤 {0} 在此之前尚未结束",
    "{} is not a step before this": "{0} 不是此前的步骤",
    "a loop has either `items` or `while`": "循环只能有 `items` 或 `while` 之一",
    "rounds of `while` follow one another": "`while` 的各轮只能依次进行",
    "a delay has either `for` or `until`": "等待只能有 `for` 或 `until` 之一",
    "there is no tool {}; there are {}, and plugin.action": "没有工具 {0}；可用的有 {1}，以及 插件.操作",
    "there is no tool {}; there are {}, and actions of installed plugins": (
        "没有工具 {0}；可用的有 {1}，以及已安装插件的操作"
    ),
    "branches have ids of their own": "各分支的标识不能相同",
    "there are only {} branches": "只有 {0} 个分支",
    # of plugins
    "the plugin {} is not installed in this workspace": "此工作区未安装插件 {0}",
    "{} has no action {}; it has {}": "{0} 没有操作 {1}；可用的有 {2}",
    "is needed by the plugin": "插件需要此输入",
    "is not an input of the plugin": "不是该插件的输入",
    # of expressions and texts
    "is over the limit of {} characters": "超过 {0} 个字符的上限",
    "has more than {} of map, filter, all and exists": "map、filter、all、exists 合计超过 {0} 个",
    "there is no function {}": "没有函数 {0}",
    "{} is not possible in a text": "文本中不能使用 {0}",
    "a loop in a text takes neither a condition nor `recursive`": "文本中的循环不能带条件或 `recursive`",
    "loops in a text may be nested twice at most": "文本中的循环最多嵌套两层",
    "cannot be read": "无法读取",
    # of YAML
    "the text is over the limit of {} bytes": "文本超过 {0} 字节的上限",
    "keys must be texts": "键必须是文本",
    "{} is given twice": "{0} 出现了两次",
    "anchors and aliases are not read": "不支持锚点和别名",
    "tags are not read": "不支持标签",
    "a number is too large": "数字过大",
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
    "Input tag '{}' found using 'type' does not match any of the expected tags: {}": (
        "没有类型 {0}；可用的类型：{1}"
    ),
    "Unable to extract tag using discriminator 'type'": "缺少 `type`（步骤的类型）",
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
    "Additional properties are not allowed ({})": "不允许有其他属性（{0}）",
}
# What is said by others than us, in forms that are not known.
_REST = {
    "shape": "格式不正确：{0}",
    "expression": "表达式无法解析：{0}",
    "text": "文本无法解析：{0}",
    "schema": "不是有效的 JSON Schema：{0}",
    "yaml": "YAML 无法读取：{0}",
    "wrong_input": "不符合插件的要求：{0}",
}


_LINE = re.compile(r"line (\d+): (.+)", re.DOTALL)
_LONGEST = 400  # characters of a message whose form is looked for: what stands in it comes from definitions


def in_language(language: str, code: str, message: str) -> str:
    """A problem's English ``message`` in ``language`` ("en" or "zh"); in English what there is no Chinese for."""
    if language != "zh":
        return message
    if len(message) <= _LONGEST:
        if line := _LINE.fullmatch(message):
            return f"第 {line[1]} 行：{in_language(language, '', line[2])}"
        for pieces, form, chinese in _known():
            if all(piece in message for piece in pieces) and (found := form.fullmatch(message)):
                return chinese.format(*found.groups())
    return _REST.get(code, "{0}").format(message)


@cache
def _known() -> tuple[tuple[list[str], re.Pattern[str], str], ...]:
    """The forms, those that say most first, each with the pieces that never differ."""
    ordered = sorted(_FORMS.items(), key=lambda item: -len(item[0].replace("{}", "")))
    return tuple(
        (form.split("{}"), re.compile("(.+)".join(map(re.escape, form.split("{}"))), re.DOTALL), chinese)
        for form, chinese in ordered
    )

"""What is wrong with a definition, in Chinese. The validators speak English: what they say is known by its form."""

from openclaw.infra.sayings import Forms

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
    "secrets are put into plugin and http steps only": "机密只能用于 plugin 和 http 步骤",
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
    # of YAML
    "the text is over the limit of {} bytes": "文本超过 {0} 字节的上限",
    "keys must be texts": "键必须是文本",
    "{} is given twice": "{0} 出现了两次",
    "anchors and aliases are not read": "不支持锚点和别名",
    "tags are not read": "不支持标签",
    "a number is too large": "数字过大",
    # of the models' library, about steps
    "Input tag '{}' found using 'type' does not match any of the expected tags: {}": (
        "没有类型 {0}；可用的类型：{1}"
    ),
    "Unable to extract tag using discriminator 'type'": "缺少 `type`（步骤的类型）",
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


_SAID = Forms(_FORMS)


def in_language(language: str, code: str, message: str) -> str:
    """A problem's English ``message`` in ``language`` ("en" or "zh"); in English what there is no Chinese for."""
    if language != "zh":
        return message
    return _SAID.in_chinese(message) or _REST.get(code, "{0}").format(message)

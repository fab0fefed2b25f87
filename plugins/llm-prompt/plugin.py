"""Ask a model of the workspace."""

import json
import re
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata


class LlmPrompt(BasePlugin):
    metadata = PluginMetadata(
        name="llm-prompt",
        version="1.0.0",
        title="Ask a model",
        title_zh="询问模型",
        description="Asks a model of the workspace, with {names} filled in, and reads the answer as JSON if wanted.",
        description_zh="询问工作区的模型，填充提示词中的 {名称}，并可将回答读取为 JSON。",
        author="OpenClaw",
        category="ai",
        tags=["llm", "ai", "prompt"],
        permissions=["llm"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "prompt": {"type": "string", "title": "Prompt", "x-title-zh": "提示词", "minLength": 1},
            "values": {
                "type": "object",
                "title": "What stands for {names} in the prompt",
                "x-title-zh": "提示词中 {名称} 的值",
            },
            "system": {"type": "string", "title": "Instructions", "x-title-zh": "系统指令"},
            "model": {"type": "string", "title": "Model", "x-title-zh": "模型"},
            "max_tokens": {"type": "integer", "title": "Longest answer, in tokens", "x-title-zh": "最长回答（token）",
                           "minimum": 1, "maximum": 32000},
            "as_json": {"type": "boolean", "title": "Read the answer as JSON", "x-title-zh": "将回答读取为 JSON",
                        "default": False},
        },
        "required": ["prompt"],
        "additionalProperties": False,
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {"text": {"type": "string"}, "json": {}},
        "required": ["text"],
    }
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        values = inputs.get("values", {})
        # In one pass: a value that holds {another} stays as it is.
        prompt = re.sub(r"\{(\w+)\}", lambda found: _text(values.get(found[1], found[0])), inputs["prompt"])
        text = await context.llm(
            prompt,
            system=inputs.get("system"),
            model=inputs.get("model"),
            max_tokens=inputs.get("max_tokens"),
        )
        return {"text": text, "json": _json_in(text)} if inputs.get("as_json") else {"text": text}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json_in(text: str) -> Any:
    """The answer as JSON, without the fence that models like to put around it."""
    inner = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        return json.loads(inner)
    except (ValueError, RecursionError):
        raise PluginError("not_json", "The model did not answer with JSON.", text=text[:1000]) from None

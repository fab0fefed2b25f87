"""One request to a web address."""

import contextlib
import json
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginMetadata, Response

MOST_TEXT = 400_000


class Http(BasePlugin):
    metadata = PluginMetadata(
        name="http",
        version="1.0.0",
        title="HTTP request",
        title_zh="HTTP 请求",
        description="Sends one request and gives back what was answered: status, headers, text, JSON, or a file.",
        description_zh="发送一个请求并返回应答：状态、头部、文本、JSON 或文件。",
        author="OpenClaw",
        category="integration",
        tags=["http", "api", "web"],
        permissions=["network", "secrets:token"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "url": {"type": "string", "title": "Address", "x-title-zh": "地址", "pattern": "^https?://"},
            "method": {
                "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                "title": "Method",
                "x-title-zh": "方法",
                "default": "GET",
            },
            "headers": {
                "type": "object",
                "title": "Headers",
                "x-title-zh": "请求头",
                "additionalProperties": {"type": "string"},
            },
            "body": {"type": "string", "title": "Body, as text", "x-title-zh": "正文（文本）"},
            "json": {"title": "Body, as JSON", "x-title-zh": "正文（JSON）"},
            "use_token": {
                "type": "boolean",
                "title": "Send the secret `token` as a bearer token",
                "x-title-zh": "以机密 token 作为 Bearer 令牌",
                "default": False,
            },
            "save_as": {
                "type": "string",
                "title": "Keep the answer as a file of this name",
                "x-title-zh": "将应答保存为此名称的文件",
                "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
                "maxLength": 100,
            },
        },
        "required": ["url"],
        "additionalProperties": False,
    }
    output_schema = {
        "type": "object",
        "properties": {
            "status": {"type": "integer"},
            "ok": {"type": "boolean"},
            "url": {"type": "string"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "text": {"type": "string"},
            "json": {},
            "file": {"type": "string"},
            "size": {"type": "integer"},
        },
        "required": ["status", "ok", "url", "headers", "size"],
    }

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        headers = dict(inputs.get("headers", {}))
        if inputs.get("use_token"):
            headers["Authorization"] = f"Bearer {await context.secret('token')}"
        response = await context.http.request(
            inputs.get("method", "GET"),
            inputs["url"],
            headers=headers,
            body=inputs.get("body"),
            json_body=inputs.get("json"),
        )
        context.log(response.status, response.url)
        told: dict[str, Any] = {
            "status": response.status,
            "ok": response.ok,
            "url": response.url,
            "headers": response.headers,
            "size": len(response.body),
        }
        if "save_as" in inputs:
            kind = response.headers.get("content-type", "application/octet-stream")
            return told | {"file": context.files.write(inputs["save_as"], response.body, kind)}
        return told | _read(response)


def _read(response: Response) -> dict[str, Any]:
    told: dict[str, Any] = {"text": response.text[:MOST_TEXT]}
    if "json" in response.headers.get("content-type", ""):
        with contextlib.suppress(ValueError, RecursionError):  # the text is what it is
            told["json"] = json.loads(response.body)
    return told

"""A plugin that does what it is told: for tests of what becomes of it."""

import signal
import socket
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError


class Worker(BasePlugin):
    async def execute(self, inputs: dict[str, Any], context: Context) -> Any:
        return await getattr(self, inputs["do"])(inputs, context)

    async def echo(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        context.log("said", inputs.get("text", ""))
        return {
            "text": inputs.get("text", ""),
            "key": context.key,
            "greeting": context.settings.get("greeting"),
        }

    async def count(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        number = (await context.kv.get("n") or 0) + 1
        await context.kv.set("n", number)
        return {"n": number}

    async def draw(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        return {"chart": context.files.write("chart (1).svg", "<svg/>", "image/svg+xml")}

    async def secret(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        print("it is", context._host.call("secret", name="token"))  # without the SDK's masks
        return {}

    async def fail(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        raise PluginError("no_luck", "It did not work.")

    async def lie(self, inputs: dict[str, Any], context: Context) -> Any:
        return {"text": 3}

    async def attack(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        socket.socket(socket.AF_PACKET if hasattr(socket, "AF_PACKET") else 17, socket.SOCK_RAW)
        return {}

    async def fetch(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        return {"status": (await context.http.get(inputs["url"])).status}

    async def post(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        answer = await context.http.post(inputs["url"], headers={"Idempotency-Key": context.key})
        return {"status": answer.status}

    async def machine(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        return {"result": await context.device(inputs["tool"], inputs["arguments"])}

    async def ask(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        return {"text": await context.llm(inputs["text"])}

    async def wait(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        await context.kv.set("waits", True)
        signal.pause()
        return {}

    async def validate_config(self, config: dict[str, Any]) -> bool:
        return config.get("greeting") != "wrong"

    async def on_install(self, context: Context) -> None:
        if context.settings.get("hook"):
            await context.kv.set("installed", True)
        if context.settings.get("hook") == "fail":
            raise PluginError("no_room", "There is no room for me.")
        if context.settings.get("hook") == "phone":
            await context.http.get("http://127.0.0.1:9/")

    async def on_uninstall(self, context: Context) -> None:
        raise PluginError("no_way", "I want to stay.")

"""A plugin that tries everything the SDK has."""

from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata, action


class Greeting(BasePlugin):
    metadata = PluginMetadata(
        name="greeting",
        version="1.0.0",
        description="Greets.",
        author="Somebody",
        permissions=["secrets:token", "kv", "network:example.com"],
        title="Greeting",
        title_zh="问候",
    )
    config_schema = {"type": "object", "properties": {"word": {"type": "string"}}}
    input_schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    output_schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        text = f"{context.settings.get('word', 'Hello')}, {inputs['name']}"
        context.files.write("greeting.txt", text, "text/plain")
        context.log("greeted", inputs["name"])
        return {"text": text}

    @action("Ask", input={"type": "object"}, output={"type": "object"}, effect="read")
    async def ask(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        token = await context.secret("token")
        context.log("the token is", token)
        await context.kv.set("count", 1 + (await context.kv.get("count") or 0))
        response = await context.http.get("https://example.com/a", headers={"Authorization": token})
        return {"status": response.status, "text": response.text, "key": context.key}

    @action("Fail", input={"type": "object"}, output={"type": "object"})
    async def fail(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        token = await context.secret("token")
        if inputs.get("how") == "code":
            raise PluginError("not_there", f"Nothing for {token}.", where="here")
        if inputs.get("how") == "output":
            return ["not an object"]  # type: ignore[return-value] - what is refused
        raise ValueError(f"bad {token}")

    async def on_enable(self, context: Context) -> None:
        await context.kv.set("enabled", True)

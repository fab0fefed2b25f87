"""What stands on a web page at a selector."""

from typing import Any
from urllib.parse import urljoin

from selectors_of_pages import select
from tree import parse

from openclaw.sdk import BasePlugin, Context, Page, PluginError, PluginMetadata, Response

LINKS = {"href", "src", "action"}


class WebScrapingPlugin(BasePlugin):
    metadata = PluginMetadata(
        name="web-scraping",
        version="1.1.0",
        title="Scrape a web page",
        title_zh="网页数据抓取",
        description="Fetches a page and gives back the texts, or an attribute, of what a CSS selector finds.",
        description_zh="获取网页，返回 CSS 选择器匹配元素的文本或属性。",
        author="OpenClaw Team",
        category="data-collection",
        tags=["web", "scraping", "automation"],
        permissions=["network", "javascript"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "url": {"type": "string", "title": "Address", "x-title-zh": "地址", "pattern": "^https?://"},
            "selector": {
                "type": "string",
                "title": "CSS selector",
                "x-title-zh": "CSS 选择器",
                "minLength": 1,
                "maxLength": 500,
            },
            "attribute": {
                "type": "string",
                "title": "Attribute (its text, if empty)",
                "x-title-zh": "属性（留空则取文本）",
            },
            "render": {
                "type": "boolean",
                "title": "Run the page's scripts first",
                "x-title-zh": "先运行网页脚本",
                "default": False,
            },
            "limit": {
                "type": "integer",
                "title": "At most",
                "x-title-zh": "最多",
                "minimum": 1,
                "maximum": 10000,
                "default": 1000,
            },
        },
        "required": ["url", "selector"],
        "additionalProperties": False,
    }
    output_schema = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": {"type": "string"}},
            "count": {"type": "integer"},
        },
        "required": ["data", "count"],
    }
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        response: Response | Page
        if inputs.get("render"):
            response = await context.page(inputs["url"])
            html = response.html
        else:
            response = await context.http.get(inputs["url"], headers={"Accept": "text/html,*/*;q=0.5"})
            html = response.text
        if not response.ok:
            raise PluginError(
                "refused", f"{response.url} answered {response.status}.", status=response.status
            )
        found = select(parse(html), inputs["selector"])
        name = inputs.get("attribute")
        if name:
            values = [element.attributes[name] for element in found if name in element.attributes]
            data = [urljoin(response.url, value) for value in values] if name in LINKS else values
        else:
            data = [element.text() for element in found]
        context.log(len(data), "of", inputs["selector"], "at", response.url)
        data = data[: inputs.get("limit", 1000)]
        return {"data": data, "count": len(data)}

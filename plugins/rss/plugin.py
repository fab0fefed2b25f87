"""The items of a feed."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata

KEPT = 500
ATOM = "http://www.w3.org/2005/Atom"


class Rss(BasePlugin):
    metadata = PluginMetadata(
        name="rss",
        version="1.0.0",
        title="Read a feed",
        title_zh="读取订阅源",
        description="The items of an RSS, RDF or Atom feed; if wanted only those that were not there the last time.",
        description_zh="读取 RSS、RDF 或 Atom 订阅源的条目，可只返回上次之后的新条目。",
        author="OpenClaw",
        category="data-collection",
        tags=["rss", "atom", "feed", "news"],
        permissions=["network", "kv"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "url": {"type": "string", "title": "Address", "x-title-zh": "地址", "pattern": "^https?://"},
            "only_new": {
                "type": "boolean",
                "title": "Only what is new since the last time",
                "x-title-zh": "仅上次之后的新条目",
                "default": False,
            },
            "limit": {
                "type": "integer",
                "title": "At most",
                "x-title-zh": "最多",
                "minimum": 1,
                "maximum": 500,
                "default": 50,
            },
        },
        "required": ["url"],
        "additionalProperties": False,
    }
    output_schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "items": {"type": "array", "items": {"type": "object", "required": ["id", "title", "link"]}},
            "count": {"type": "integer"},
        },
        "required": ["title", "items", "count"],
    }
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        response = await context.http.get(inputs["url"])
        if not response.ok:
            raise PluginError(
                "refused", f"{response.url} answered {response.status}.", status=response.status
            )
        title, items = read_feed(response.body, response.url)
        if inputs.get("only_new"):
            place = "seen:" + hashlib.sha256(inputs["url"].encode()).hexdigest()[:32]
            seen: list[str] = await context.kv.get(place) or []
            items = [item for item in items if _short(item["id"]) not in seen]
            items = items[: inputs.get("limit", 50)]
            await context.kv.set(place, [*(_short(item["id"]) for item in items), *seen][:KEPT])
        items = items[: inputs.get("limit", 50)]
        context.log(len(items), "items of", title)
        return {"title": title, "items": items, "count": len(items)}


def read_feed(body: bytes, url: str) -> tuple[str, list[dict[str, Any]]]:
    """Title and items. Raises PluginError: ``not_a_feed``."""
    if b"<!DOCTYPE" in body[:2000].upper() or b"<!ENTITY" in body.upper():
        raise PluginError("not_a_feed", f"{url} is not a feed.")  # HTML, or a trick with entities
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise PluginError("not_a_feed", f"{url} is not a feed.") from None
    kind = _name(root)
    if kind == "feed":
        return _text(root, "title"), [_item(entry, url) for entry in root.iter(f"{{{ATOM}}}entry")]
    if kind in {"rss", "RDF"}:
        channel = _child(root, "channel")
        items = [element for element in root.iter() if _name(element) == "item"]
        return _text(root if channel is None else channel, "title"), [_item(entry, url) for entry in items]
    raise PluginError("not_a_feed", f"{url} is not a feed.")


def _item(entry: ElementTree.Element, url: str) -> dict[str, Any]:
    link = urljoin(url, _link(entry))
    title = _text(entry, "title")
    published = _time(_text(entry, "pubDate", "published", "updated", "date"))
    summary = re.sub(r"<[^>]*>", " ", _text(entry, "description", "summary", "content"))
    return {
        "id": _text(entry, "guid", "id") or link or title,
        "title": title,
        "link": link,
        "published": published,
        "summary": " ".join(summary.split())[:2000],
    }


def _link(entry: ElementTree.Element) -> str:
    for element in entry:
        if _name(element) == "link":
            if element.text and element.text.strip():
                return element.text.strip()
            if element.get("rel", "alternate") == "alternate":
                return element.get("href", "")
    return ""


def _time(text: str) -> str | None:
    """As ISO 8601 in UTC; None for what cannot be read."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _text(element: ElementTree.Element, *names: str) -> str:
    for name in names:
        child = _child(element, name)
        if child is not None:
            return " ".join("".join(child.itertext()).split())
    return ""


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((child for child in element if _name(child) == name), None)


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _short(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:16]

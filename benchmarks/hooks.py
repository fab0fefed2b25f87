"""Webhooks over sockets: a thousand deliveries at once: each is answered, and none that was accepted is lost."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson

from benchmarks.product import Product, product
from benchmarks.report import Row, milliseconds, percentile
from openclaw.infra.signatures import signed_headers
from openclaw.kit.ids import new_id

BURST, AT_ONCE, BARE = 1_000, 100, 300
_WORKFLOW = {
    "openclaw": "openclaw.workflow/1",
    "name": "Nothing",
    "steps": [{"id": "a", "type": "transform", "config": {"set": 1}}],
}


async def measure() -> list[Row]:
    """A burst, next to requests that write nothing; then what the history has of it, and an oversized one."""
    async with product() as subject:
        await subject.sign_up()
        workflow = (await subject.call("POST", "/workflows", {"definition": _WORKFLOW}))["id"]
        await subject.call("POST", f"/workflows/{workflow}/activate")
        body = {
            "name": "Burst",
            "trigger": {"kind": "webhook"},
            "action": {"kind": "run_workflow", "config": {"workflowId": workflow}},
            "condition": "false",
        }
        made = await subject.call("POST", "/automations", body)
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        async with httpx2.AsyncClient(base_url=subject.url, limits=limits, timeout=60) as client:
            bare, _, _ = await _burst([_bare(client) for _ in range(BARE)])
            seconds, each, answers = await _burst([_deliver(client, made, n) for n in range(BURST)])
            large = await client.post(made["hookPath"], content=b"x" * 10_485_760)
        codes = Counter(answer.status_code for answer in answers)
        accepted = {answer.json()["runId"] for answer in answers if answer.status_code == 202}
        kept = await _kept(subject, made["id"])
    is_kept = codes[202] == BURST and accepted <= kept
    return [
        Row(
            f"webhooks: {BURST:,} at once, answered",
            f"{BURST / seconds:,.0f}/s",
            f"{BARE / bare:,.0f}/s",
            f"p99 {percentile(each, 0.99) * 1000:.0f} ms",
            "each kept",
            is_kept,
        ),
        Row(
            "webhooks: one of 10 MB",
            f"{large.status_code}",
            "–",
            f"p50 {milliseconds(each):.0f} ms",
            "413",
            large.status_code == 413,
        ),
    ]


async def _burst(requests: list[Any]) -> tuple[float, list[float], list[httpx2.Response]]:
    started = time.perf_counter()
    found = await asyncio.gather(*requests)
    return time.perf_counter() - started, [took for took, _ in found], [answer for _, answer in found]


async def _bare(client: httpx2.AsyncClient) -> tuple[float, httpx2.Response]:
    started = time.perf_counter()
    answer = await client.get("/healthz")
    return time.perf_counter() - started, answer


async def _deliver(client: httpx2.AsyncClient, made: Any, number: int) -> tuple[float, httpx2.Response]:
    content = orjson.dumps({"n": number})
    at = datetime.now(UTC)
    headers = signed_headers(made["secret"], delivery_id=new_id().hex, at=at, body=content)
    headers["Content-Type"] = "application/json"
    started = time.perf_counter()
    answer = await client.post(made["hookPath"], content=content, headers=headers)
    return time.perf_counter() - started, answer


async def _kept(subject: Product, automation: str) -> set[str]:
    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = await subject.call("GET", f"/automation-runs?automation={automation}&limit=200{more}")
        found |= {run["id"] for run in page["items"]}
        cursor = page["nextCursor"]
    return found

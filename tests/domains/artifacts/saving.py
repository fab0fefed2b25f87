"""Results of the tests."""

import io
import zipfile
from typing import Any

import httpx2

from tests.support.accounts import Person
from tests.support.server import Server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PAGE = "<!doctype html><title>Bakery</title><h1>Fresh bread</h1><a href='about.html'>About</a>"
SITE = {"index.html": PAGE, "about.html": "<p>Since 1984</p>", "css/site.css": "body{color:red}"}


async def save(person: Person, **more: Any) -> dict[str, Any]:
    """A result of texts; a site unless said otherwise."""
    body: dict[str, Any] = {"title": "Bakery site", "kind": "site"} | more
    if not {"content", "files"} & body.keys():
        body["files"] = [{"path": path, "content": text} for path, text in SITE.items()]
    return await person.post("/artifacts", body)


async def upload(person: Person, body: bytes, **query: str) -> httpx2.Response:
    """The answer to an upload."""
    headers = {"Content-Type": "application/octet-stream"}
    return await person.api.post("/artifact-uploads", params=query, content=body, headers=headers)


async def bring_to(person: Person, artifact: str, *statuses: str) -> dict[str, Any]:
    """The result, brought along."""
    found: dict[str, Any] = {}
    for status in statuses:
        found = await person.post(f"/artifacts/{artifact}/status", {"status": status})
    return found


REVIEWED = ("ready_for_review", "approved", "ready_to_publish")


async def publish(person: Person, artifact: str, **body: Any) -> dict[str, Any]:
    """The publication, when its pipeline has ended."""
    with person.server.watching(person.topic) as watch:
        begun = await person.post(f"/artifacts/{artifact}/publish", body)
        number = begun["releases"][0]["number"]
        while True:
            seen = len(watch.messages)  # before it is read: what changes after that is told
            found = await person.get(f"/artifacts/{artifact}/publication")
            release = next(each for each in found["releases"] if each["number"] == number)
            if release["state"] != "checking":
                return found
            await watch.until(lambda _, seen=seen: len(watch.messages) > seen)


async def processed(person: Person, artifact: str) -> None:
    """Wait until the worker has looked into the newest version."""
    with person.server.watching(person.topic) as watch:
        while True:
            seen = len(watch.messages)
            found = await person.get(f"/artifacts/{artifact}")
            if found["shown"]["derived"] is not None:
                return
            await watch.until(lambda _, seen=seen: len(watch.messages) > seen)


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for path, body in files.items():
            made.writestr(path, body)
    return packed.getvalue()


async def visit(server: Server, url: str, **options: Any) -> httpx2.Response:
    """What a browser without any session is answered."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=server.app, client=("203.0.113.7", 40_000)),
        base_url="http://127.0.0.1:3000",
    ) as stranger:
        return await stranger.request(options.pop("method", "GET"), url, **options)


async def content(person: Person, artifact: str, **query: Any) -> bytes:
    """What is downloaded."""
    response = await person.api.get(f"/artifacts/{artifact}/content", params=query)
    assert response.is_success, response.text
    return response.content

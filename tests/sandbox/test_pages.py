"""Pages in a browser for code in a jail: made by their scripts, and reaching only what was granted."""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from openclaw.sandbox.browser.pages import PageCall
from openclaw.sandbox.calls import NetworkGrant
from openclaw.sandbox.egress.fetch import HttpCall
from tests.conftest import ROOT, find_chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        find_chromium() is None or shutil.which("bwrap") is None,
        reason="no Chromium or no bubblewrap on this machine (tools/setup_system.sh)",
    ),
]
_TRIES = """
const tries = {
  own: () => fetch('/data').then(answer => answer.text()),
  redirected: () => fetch('/away').then(() => 'LEAK'),
  other: () => fetch('http://other.test/', {mode: 'no-cors'}).then(() => 'LEAK'),
  loopback: () => fetch('http://127.0.0.1:PORT/data', {mode: 'no-cors'}).then(() => 'LEAK'),
  file: () => fetch('file:///etc/passwd').then(() => 'LEAK'),
  socket: () => new Promise((done, fail) => {
    const socket = new WebSocket('ws://site.test:PORT/data');
    socket.onopen = () => done('LEAK'); socket.onerror = () => fail();
  }),
  frame: () => new Promise((done, fail) => {
    const frame = document.createElement('iframe'); frame.src = 'file:///etc/passwd'; document.body.append(frame);
    frame.onload = () => { try { done(frame.contentDocument.body.textContent || 'nothing') } catch { fail() } };
    setTimeout(fail, 300);
  }),
};
Promise.all(Object.entries(tries).map(async ([name, go]) => [name, await go().catch(() => 'no')])).then(found => {
  const said = document.createElement('pre'); said.id = 'said';
  said.textContent = JSON.stringify(Object.fromEntries(found)); document.body.append(said);
});
"""


class _Site:
    """A site that redirects, answers, and is silent; counts who asked for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            path = (await reader.readuntil(b"\r\n\r\n")).decode().split()[1]
            self.asked.append(path)
            status, location, kind, body = (
                200,
                "",
                "text/html",
                "<title>Site</title><script src=/tries.js></script>",
            )
            if path == "/tries.js":
                kind, body = "text/javascript", _TRIES.replace("PORT", str(self.port))
            elif path == "/data":
                body = "made"
            elif path == "/moved":
                status, location = 302, "/page"
            elif path == "/away":
                status, location = 302, "http://other.test/"
            elif path == "/endless":
                body = "<script>while (true);</script>"
            elif path == "/large":
                body = "<script>document.write('x'.repeat(9e6))</script>"
            more = f"Location: {location}\r\n" if location else ""
            head = (
                f"HTTP/1.1 {status} Fine\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body.encode())
            await writer.drain()
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[_Site]:
    made = _Site()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


async def _loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def _http(site: _Site) -> HttpCall:
    grant = NetworkGrant(hosts=(f"site.test:{site.port}",), connections=50)
    return HttpCall(grant, resolve=_loopback, internal={"site.test"})


async def test_a_page_is_what_its_scripts_made_and_reaches_what_was_granted_only(site: _Site) -> None:
    http = _http(site)
    page = await PageCall(http)({"url": f"http://site.test:{site.port}/moved", "wait_for": "#said"})
    assert page["url"] == f"http://site.test:{site.port}/page"
    assert page["status"] == 200
    said = json.loads(page["html"].partition('<pre id="said">')[2].partition("</pre>")[0])
    assert said["own"] == "made"
    assert "LEAK" not in said.values()
    assert "root:" not in page["html"]
    assert site.asked.count("/data") == 1  # neither by its address nor by a socket
    refused = {(each.host, each.decision) for each in http.connections if each.decision != "allow"}
    assert {("other.test", "host_not_granted"), ("127.0.0.1", "host_not_granted")} <= refused


async def test_what_does_not_end_is_ended_and_what_is_too_large_is_refused(site: _Site) -> None:
    with pytest.raises(OSError, match="not there within"):
        await PageCall(_http(site), seconds=4)({"url": f"http://site.test:{site.port}/endless"})
    with pytest.raises(ValueError, match="larger"):
        await PageCall(_http(site))({"url": f"http://site.test:{site.port}/large"})


async def test_what_was_not_granted_opens_no_browser(site: _Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for url in ("http://other.test/", "file:///etc/passwd", "javascript:1", f"http://127.0.0.1:{site.port}/"):
        with pytest.raises(ValueError, match=r"not_granted|only http"):
            await PageCall(_http(site))({"url": url})
    assert site.asked == []


@pytest.mark.skipif(os.getuid() != 0, reason="it is one that runs the tests")
async def test_a_page_for_an_ordinary_user() -> None:
    wrapper = Path(__file__).with_name("as_ordinary_user.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "--tb=short"]
    command += ["-k", "granted_only", __file__]
    with tempfile.TemporaryDirectory(prefix="ordinary-") as home:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(wrapper), json.dumps(command), home),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-4000:]
    assert b"1 passed" in output

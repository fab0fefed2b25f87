"""What code with a network tries. Runs within the jail."""

import base64
import contextlib
import http.client
import os
import socket
import ssl
import urllib.error
import urllib.request
from typing import Any


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _proxy() -> socket.socket:
    host, port = os.environ["http_proxy"].removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def fetch(inputs: Any, host: Any) -> Any:
    """Ordinary requests with the standard library, through the proxy of the environment."""
    found = []
    for url in inputs["urls"]:
        request = urllib.request.Request(url, data=inputs.get("body", "").encode() or None)
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=_unchecked()))
        try:
            with opener.open(request, timeout=5) as answer:
                found.append(answer.read().decode())
        except urllib.error.HTTPError as error:
            found.append(error.headers.get("X-Sandbox-Denied") or str(error.code))
        except (OSError, http.client.HTTPException) as error:
            found.append(str(error))
    return found


def tunnel(inputs: Any, host: Any) -> Any:
    """Something else than what was named, within a tunnel to what was."""
    found = []
    for opening in inputs["openings"]:
        with _proxy() as client:
            client.sendall(f"CONNECT {inputs['target']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            found.append(client.recv(4096).decode().split(" ")[1])
            try:
                if opening.startswith("sni:"):
                    with _unchecked().wrap_socket(client, server_hostname=opening[4:]) as secure:
                        secure.sendall(b"caught")
                else:
                    client.sendall(opening.encode())
                    found.append(client.recv(100).decode())
            except OSError as error:
                found.append(type(error).__name__)
    return found


def smuggle(inputs: Any, host: Any) -> Any:
    """A second request behind the first, for another host."""
    with _proxy() as client:
        for text in inputs["texts"]:
            client.sendall(text.encode())
        found = b""
        while part := client.recv(4096):
            found += part
    return found.decode()


def by_host(inputs: Any, host: Any) -> Any:
    """Through the host call."""
    found: list[Any] = []
    for url in inputs["urls"]:
        try:
            answer = host.call("http", method="POST", url=url, headers=inputs["headers"], body=inputs["body"])
            found.append([answer["status"], base64.b64decode(answer["body"]).decode()])
        except Exception as error:
            found.append(str(error))
    return found


def around(inputs: Any, host: Any) -> Any:
    """Without the proxy."""
    found = []
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", inputs["port"])),
        (socket.AF_INET6, ("::1", inputs["port"])),
    ):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(family, kind) as client:
                client.settimeout(2)
                try:
                    client.connect(address)
                    client.sendall(b"caught")
                    found.append("connected")
                except OSError as error:
                    found.append(type(error).__name__)
    try:
        found.append(socket.getaddrinfo("example.com", 80))
    except OSError as error:
        found.append(type(error).__name__)
    return found


def hold(inputs: Any, host: Any) -> Any:
    """Bytes that one pair of sockets keeps for a reader who never comes, after it has asked for 8 MiB."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            ours.setsockopt(socket.SOL_SOCKET, option, 8 << 20)
        ours.setblocking(False)
        held = 0
        with contextlib.suppress(BlockingIOError):
            while held < 8 << 20:
                held += ours.send(b"x" * 4096)
    return held

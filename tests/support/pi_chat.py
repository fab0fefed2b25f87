"""Conversations with the Pi runtime of a real bridge: a stand-in in one of its families."""

import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.support.gateway_client import GatewayClient
from tests.support.pi_wire import standin
from tests.support.processes import BridgeProcess

FAMILY = "npm-0.73"


def pi_environment(family: str = FAMILY, **faults: Any) -> dict[str, str]:
    """What a bridge is started with, so that its runtime is the stand-in."""
    return {"OPENCLAW_BRIDGE_PI_COMMAND": shlex.join(standin(family, faults))}


def doing(command: str) -> str:
    """What the stand-in takes for a wish to run ``command``."""
    return f"tool:bash {json.dumps({'command': command})}"


@dataclass
class Gate:
    """``gate:NAME`` in what is said to the stand-in halts it in mid-reply, until it is opened."""

    folder: Path
    name: str
    _descriptor: int

    def open(self) -> None:
        """Let it go on."""
        os.write(self._descriptor, b"\n")


@contextmanager
def gate(folder: Path, name: str) -> Iterator[Gate]:
    """A gate for the length of the block."""
    path = folder / name
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR)
    try:
        yield Gate(folder, name, descriptor)
    finally:
        os.close(descriptor)


def runtime_pids(bridge: BridgeProcess) -> list[int]:
    """The stand-ins that the bridge runs."""
    children = psutil.Process(bridge.pid).children(recursive=True)
    return [child.pid for child in children if any("pi_standin.py" in word for word in child.cmdline())]


def told(page: GatewayClient, conversation: str) -> list[tuple[str, ...]]:
    """The kinds of events that a page was told of a conversation, deltas and output taken together."""
    kinds: list[tuple[str, ...]] = []
    for frame in page.events:
        payload = frame["payload"]
        kind: tuple[str, ...] | None = None
        if frame["event"] == "chat" and payload["sessionKey"] == conversation:
            kind = ("chat", payload["state"])
        elif frame["event"] == "agent" and payload["sessionKey"] == conversation:
            data = payload["data"]
            kind = (payload["stream"], data["phase"], data.get("name", ""), data.get("state", ""))
            if data.get("partialResult"):
                continue  # how a machine cuts its output is its own affair
        elif frame["event"].startswith("exec.approval."):
            approval = payload["approval"]
            if approval["conversationId"] == conversation:
                kind = (frame["event"], approval["tool"], approval["grade"], approval["state"])
        if kind is not None and kind != (kinds[-1] if kinds else None):
            kinds.append(kind)
    return kinds

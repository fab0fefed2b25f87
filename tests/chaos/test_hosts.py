"""Three workers and three hosts, killed at random: every run comes to its end, none is ever in two places at once."""

import asyncio
import itertools
import json
import os
import random
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from openclaw.domains.tasks.policy import ENDS
from tests.chaos.chat import Script, open_chat
from tests.chaos.remote import RemoteServer, page
from tests.domains.tasks.launching import check_log
from tests.support.accounts import Person
from tests.support.processes import HostProcess, Installation
from tests.support.scripted_openai import Answer, Call, Fail, Say, ScriptedOpenAI

HITS = int(os.environ.get("OPENCLAW_TEST_HITS", "3"))
RUNS = 2 * HITS
AT_ONCE = 5
WORKERS = ("worker", "worker-2", "worker-3")
# Who holds the lock is at it; whoever comes meanwhile writes that down. A killed holder holds nothing.
ERRAND = (
    "flock -n -E 99 {file}.lock sh -c 'echo begun >> {file}; sleep 0.7; echo finished {name}';"
    " [ $? -ne 99 ] || echo {name} >> {twice}"
)


def model_rule(asked: dict[str, Any]) -> Answer:
    """Have the errand done until it has been, whatever went wrong with it before."""
    words = json.dumps(asked["messages"])
    errand = re.search(r"errand (\d+) in (\S+?)[\"\\]", words)
    if errand is None:
        return Fail(400, "no errand")
    name, folder = errand[1], errand[2]
    if any(f"finished {name}" in json.dumps(m) for m in asked["messages"] if m["role"] == "tool"):
        return Say("It is done.")
    command = ERRAND.format(file=f"{folder}/{name}", name=name, twice=f"{folder}/twice")
    return Say("", [Call("exec", {"command": command, "timeout_seconds": 60})])


class Stage:
    """What a person's page is told, and what is killed on the way."""

    def __init__(
        self, installation: Installation, person: Person, hosts: list[HostProcess], folder: Path
    ) -> None:
        self.installation = installation
        self.person = person
        self.hosts = hosts
        self.folder = folder
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.open: set[str] = set()
        self.runs: list[str] = []
        self.hits: list[str] = []
        self._asked = 0
        self._chance = random.Random(33)
        self._down: list[HostProcess] = []

    async def until_healthy(self, count: int) -> None:
        seen: set[str] = set()
        while len(seen) < count:
            frame = await self.told.get()
            if frame["event"] == "host.changed" and frame["payload"]["reason"] == "status":
                seen.add(frame["payload"]["hostId"])

    async def play(self) -> None:
        """Launch, answer what is asked, kill, until all have ended."""
        names = itertools.count()
        for _ in range(AT_ONCE):
            await self._launch(next(names))
        while self.open:
            frame = await self.told.get()
            payload = frame["payload"]
            if frame["event"] == "exec.approval.requested":
                await self._answer(payload["approval"]["id"])
            elif frame["event"] == "task.changed" and payload["state"] in ENDS and payload["id"] in self.open:
                self.open.discard(payload["id"])
                if len(self.runs) < RUNS:
                    await self._launch(next(names))

    async def _launch(self, name: int) -> None:
        body = {"text": f"errand {name} in {self.folder}", "target": {"kind": "host"}}
        task = (await self.person.post("/tasks", body))["id"]
        run = (await self.person.post(f"/tasks/{task}/runs"))["id"]
        self.open.add(run)
        self.runs.append(run)

    async def _answer(self, approval: str) -> None:
        """Allow it; after every second answer something is killed."""
        body = {"decision": "allow_once", "confirm": True}
        await self.person.api.post(f"/approvals/{approval}/decision", json=body)  # it may be over by now
        self._asked += 1
        if self._asked % 2 == 0 and len(self.hits) < HITS:
            await asyncio.to_thread(self._hit)

    def _hit(self) -> None:
        """A host or a worker is killed. A host stays away until the next hit, or comes back at once; a worker does."""
        for host in self._down:
            host.start()
        self._down = []
        if self._chance.random() < 0.7:
            host = self._chance.choice(self.hosts)
            host.kill()
            self.hits.append(host.name)
            if self._chance.random() < 0.6 and len(self.hits) < HITS:
                self._down.append(host)
            else:
                host.start()
        else:
            worker = self._chance.choice(WORKERS)
            self.installation.roles[worker].kill()
            self.installation.start(worker)
            self.hits.append(worker)


@pytest.fixture
def workers(installation: Installation) -> Iterator[None]:
    with ExitStack() as ends:
        for name in WORKERS[1:]:
            ends.callback(installation.start(name).stop)
        yield


@pytest.fixture
async def stage(
    installation: Installation, remote: RemoteServer, workers: None, tmp_path: Path
) -> AsyncIterator[Stage]:
    async with ScriptedOpenAI(model_rule) as model:
        person = (await open_chat(remote, model, Script())).person
        with ExitStack() as ends:
            hosts: list[HostProcess] = []
            for number in range(3):
                token = (await person.post("/host-tokens", {}))["token"]
                host = HostProcess(tmp_path, f"host-{number}", installation.url, token)
                ends.callback(host.kill)
                hosts.append(host)
            made = Stage(installation, person, hosts, tmp_path)
            async with page(person, installation.gateway_url()) as here:
                here.on_event = made.told.put_nowait
                for host in hosts:
                    await asyncio.to_thread(host.start)
                await made.until_healthy(len(hosts))
                yield made


@pytest.mark.timeout(300)
async def test_no_run_is_lost_and_none_is_in_two_places(stage: Stage) -> None:
    async with asyncio.timeout(240):
        await stage.play()
    assert len(stage.hits) == HITS
    assert not (stage.folder / "twice").exists(), (stage.folder / "twice").read_text()
    moved = 0
    for run in stage.runs:
        found = await stage.person.get(f"/task-runs/{run}")
        assert found["state"] == "succeeded", found
        log = (await stage.person.get(f"/task-runs/{run}/events?limit=200"))["items"]
        assert check_log(log)[-1] == "succeeded"
        moved += sum(entry["kind"] == "moved" for entry in log)
    print(f"hosts: {len(stage.runs)} runs, killed {', '.join(stage.hits)}; {moved} went on elsewhere")
    for name in range(len(stage.runs)):
        assert (stage.folder / str(name)).read_text().startswith("begun\n")
    assert [h["busySlots"] for h in (await stage.person.get("/hosts"))["items"]] == [0, 0, 0]

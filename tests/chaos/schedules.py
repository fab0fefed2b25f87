"""Random schedules: turns with commands and questions, in which connections and processes end at any point."""

import asyncio
import json
import random
import re
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openclaw.kit import ids
from tests.chaos.chat import text_of, tool_parts
from tests.chaos.remote import RemoteServer
from tests.chaos.resuming_page import ResumingPage
from tests.support.accounts import Person
from tests.support.gateway_client import Refused
from tests.support.processes import Installation
from tests.support.scripted_openai import Answer, Call, Fail, Say, ScriptedOpenAI

GATEWAYS = ("gateway-2", "gateway")  # machines are at the second
ROLES = {"gateway-2": 4, "gateway": 3, "worker": 1, "worker-2": 1}  # with how often each is hit
POINTS = ("opened", "sent", "speaking", "asked", "answered", "ended")


@dataclass(frozen=True)
class Schedule:
    """What happens in one turn. ``hit``: after which point a process is ended, which one, and how."""

    seed: int
    first: int
    decisions: tuple[bool, ...]
    by_page: bool
    drops: frozenset[str]
    hit: tuple[str, str, signal.Signals] | None


def schedule_of(seed: int) -> Schedule:
    """The same for a seed at all times."""
    chance = random.Random(f"153 {seed}")
    decisions = tuple(chance.random() < 0.8 for _ in range(chance.choice((0, 1, 1, 1, 2))))
    drops = frozenset(point for point in POINTS if chance.random() < 0.3)
    hit = None
    if chance.random() < 0.15:
        point = chance.choice(("sent", "speaking", *(("asked", "answered") if decisions else ())))
        role = chance.choices(list(ROLES), list(ROLES.values()))[0]
        hit = point, role, chance.choice((signal.SIGKILL, signal.SIGTERM))
    return Schedule(seed, chance.randrange(2), decisions, chance.random() < 0.6, drops, hit)


def model_rule(asked: dict[str, Any]) -> Answer:
    """Speak, wait at a gate in mid-sentence, and call for a command as long as the user's words want one."""
    words = json.dumps([m for m in asked["messages"] if m["role"] == "user"][-1])
    wanted = re.search(r"schedule (\d+): (\S*) into (\S+?)[\"\\]", words)
    if wanted is None:
        return Fail(400, f"no schedule in {words}")
    seed, commands, folder = wanted[1], wanted[2].count("c"), wanted[3]
    done = sum(message["role"] == "tool" for message in asked["messages"])
    gate = f"{seed}.{done}"
    if done == commands:
        return Say(f"The end {gate} of it.", gate=gate, gate_after=3)
    command = f"echo ran >> {folder}/{gate}; echo {gate}"
    calls = [Call("exec", {"command": command, "timeout_seconds": 60})]
    return Say(f"Now comes {gate} of it.", calls, gate=gate, gate_after=3)


@dataclass
class Stage:
    """Where schedules are played: one installation, people with a machine each, one model for all."""

    remote: RemoteServer
    people: list[Person]
    homes: dict[str, Path]
    model: ScriptedOpenAI
    _hitting: asyncio.Lock = field(default_factory=asyncio.Lock)
    hits: list[str] = field(default_factory=list[str])

    @property
    def installation(self) -> Installation:
        return self.remote.installation

    @property
    def gateways(self) -> list[str]:
        return [self.installation.gateway_url(name) for name in GATEWAYS]

    async def hit(self, role: str, how: signal.Signals) -> None:
        """End a process and start it again, as a supervisor does. One at a time: two gateways are never both gone."""
        async with self._hitting:
            process = self.installation.roles[role]
            await asyncio.to_thread(process.kill if how is signal.SIGKILL else process.stop)
            await asyncio.to_thread(self.installation.start, role)
            self.hits.append(f"{how.name} {role}")

    async def play(self, schedule: Schedule) -> None:
        """One turn from the first word to the last, and everything that must hold afterwards."""
        turn = Turn(self, schedule)
        try:
            async with asyncio.timeout(240):
                await turn.play()
                await turn.check()
        except BaseException as failure:
            failure.add_note(f"{schedule} {turn.reached}")
            raise


class Turn:
    """One schedule on its way."""

    def __init__(self, stage: Stage, schedule: Schedule) -> None:
        self.stage = stage
        self.schedule = schedule
        self.person = stage.people[schedule.seed % len(stage.people)]
        self.folder = stage.homes[self.person.id]
        self.reached: list[str] = []
        self.words = (
            f"schedule {schedule.seed}: -{'c' * len(schedule.decisions)} into {stage.homes[self.person.id]}"
        )

    async def play(self) -> None:
        """Say it, answer what is asked, and wait for the end."""
        made = await self.person.post("/conversations", {"title": f"{self.schedule.seed}"})
        self.key: str = made["id"]
        self.page = ResumingPage(self.person, self.stage.gateways, first=self.schedule.first)
        async with self.page as page:
            await self.at("opened")
            message = {"sessionKey": self.key, "message": self.words, "idempotencyKey": self.key}
            self.run: str = (await page.request("chat.send", message))["run"]
            await self.at("sent")
            for number, is_allowed in enumerate(self.schedule.decisions):
                await self.spoken(number)
                await self.answer(number, is_allowed=is_allowed)
            await self.spoken(len(self.schedule.decisions))
            await page.until(lambda: [end for end in page.endings if end["run"] == self.run])
            await self.at("ended")
            # The last word of the feed as it is now, so that all before it has been told.
            await self.person.patch(f"/conversations/{self.key}", {"title": "over"})
            await page.until(
                lambda: page.find(
                    "sessions.changed", lambda p: p["sessionKey"] == self.key and p["reason"] == "updated"
                )
            )

    async def spoken(self, number: int) -> None:
        """The model is held in the middle of its words, the page shows them, and then it goes on."""
        gate = f"{self.schedule.seed}.{number}"
        await self.page.until(lambda: gate in self.page.shown.get(self.run, ""))
        await self.at("speaking")
        self.stage.model.open(gate)

    async def answer(self, number: int, *, is_allowed: bool) -> None:
        """Wait for the ``number``-th question of the run and answer it."""

        def asked() -> dict[str, Any] | None:
            found = {
                p["id"]: p["approval"]
                for event, p in self.page.log.values()
                if event == "exec.approval.requested" and p["approval"]["runId"] == self.run
            }
            return list(found.values())[number] if len(found) > number else None

        approval = await self.page.until(asked)
        await self.at("asked")
        if self.schedule.by_page:
            decision = {"id": approval["id"], "decision": "allow-once" if is_allowed else "deny"}
            try:
                await self.page.request("exec.approval.resolve", decision | {"confirm": True})
            except Refused as refused:
                if refused.code != "agents.approval_decided":  # else the first try had arrived
                    raise
        else:
            body = {"decision": "allow_once" if is_allowed else "deny", "confirm": True}
            await self.person.post(f"/approvals/{approval['id']}/decision", body)
        await self.at("answered")

    async def at(self, point: str) -> None:
        """A point is reached: what the schedule has for it happens."""
        is_first = point not in self.reached
        self.reached.append(point)
        if is_first and point in self.schedule.drops:
            self.page.lose_network()
        if is_first and self.schedule.hit is not None and self.schedule.hit[0] == point:
            await self.stage.hit(*self.schedule.hit[1:])
        if point == "sent":  # one who is away misses all words until the model is held
            await self.stage.model.waiting(f"{self.schedule.seed}.0")
        self.page.regain_network()

    async def check(self) -> None:
        """Nothing is lost and nothing is there twice: in the rows, on the machine, and in what the page was told."""
        seed, decisions = self.schedule.seed, self.schedule.decisions
        question, reply = (await self.person.get(f"/conversations/{self.key}/messages"))["items"]
        assert (question["role"], text_of(question)) == ("user", self.words)
        assert (reply["role"], reply["state"], reply["runId"]) == ("assistant", "complete", self.run)
        said = [f"Now comes {seed}.{n} of it." for n in range(len(decisions))]
        whole = "\n\n".join([*said, f"The end {seed}.{len(decisions)} of it."])
        assert text_of(reply) == whole
        expected = ["ok" if is_allowed else "denied" for is_allowed in decisions]
        assert [part["state"] for part in tool_parts(reply)] == expected
        steps = await self.stage.remote.rows(
            "SELECT kind FROM run_steps WHERE run_id = $1 ORDER BY position", ids.from_wire("run", self.run)
        )
        assert [row["kind"] for row in steps] == [*("model", "tool") * len(decisions), "model"]
        for number, is_allowed in enumerate(decisions):
            file = self.folder / f"{seed}.{number}"
            assert file.exists() is is_allowed
            assert not is_allowed or file.read_text() == "ran\n", "each approved command ran once"
        await self.check_page(whole)

    async def check_page(self, whole: str) -> None:
        """The page's log is the rows of the feed, and its end is the message."""
        page = self.page
        assert page.faults == []
        (ending,) = [end for end in page.endings if end["run"] == self.run]
        assert (ending["state"], ending["message"]["content"][0]["text"]) == ("final", whole)
        rows = await self.stage.remote.rows(
            "SELECT seq, body FROM user_events WHERE user_id = $1 AND workspace_id = $2"
            " AND seq BETWEEN $3 AND $4 ORDER BY seq",
            self.person.user_id,
            self.person.workspace_id,
            page.begin + 1,
            page.begin + len(page.log),
        )
        kept = {row["seq"]: json.loads(row["body"]) for row in rows}
        assert {n: (body["event"], body["payload"]) for n, body in kept.items()} == page.log

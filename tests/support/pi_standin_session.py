"""The stand-in's session: its messages, its file, and the shapes of the three reads. Standard library only."""

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_standin_profiles import Profile

if TYPE_CHECKING:
    from pi_standin_turns import Turns

Members = dict[str, Any]


class Session:
    """Messages, counts, the file, and the shapes of the three reads."""

    def __init__(self, profile: Profile, options: argparse.Namespace, faults: Members) -> None:
        self.profile = profile
        self.faults = faults
        self._options = options
        self._count = 0
        self.renew(first=True)

    def renew(self, *, first: bool = False) -> None:
        """Begin an empty session; the first may be one that a file holds."""
        self.messages: list[Members] = []
        self.id = f"01a1fa03-4998-7{self.tick() % 1000:03d}-a285-{os.getpid():012d}"
        folder = self._options.session_dir
        self.file = Path(folder) / f"{self.id}.jsonl" if folder else None
        if first and self._options.session:
            self.file = Path(self._options.session)
            if self.file.exists():
                lines = [json.loads(line) for line in self.file.read_text("utf-8").split("\n") if line]
                self.id = lines[0]["id"]
                self.messages = [line["message"] for line in lines[1:] if line["type"] == "message"]
        self._kept = len(self.messages)

    def tick(self) -> int:
        """The next number: ids and times are counted, not measured."""
        self._count += 1
        return 1_767_225_600_000 + self._count

    def add(self, message: Members) -> None:
        """Append; the file begins with the first answer of the model."""
        self.messages.append(message)
        if self.file is None or not any(kept["role"] == "assistant" for kept in self.messages):
            return
        is_new = not self.file.exists()
        with self.file.open("a") as file:
            if is_new:
                header = {
                    "type": "session",
                    "version": 3,
                    "id": self.id,
                    "timestamp": "",
                    "cwd": str(Path.cwd()),
                }
                file.write(json.dumps(header) + "\n")
            for kept in self.messages[self._kept :]:
                entry = {
                    "type": "message",
                    "id": f"{self.tick() % 16**8:08x}",
                    "parentId": None,
                    "message": kept,
                }
                file.write(json.dumps(entry) + "\n")
        self._kept = len(self.messages)

    def model(self) -> Members:
        """The model object, with what must not leave the machine."""
        secret = self.faults.get("secret", "")
        model: Members = {
            "id": "scripted-1", "name": "Scripted", "api": "openai-completions", "provider": "scripted",
            "baseUrl": f"http://{secret or 'user'}@127.0.0.1:9/v1", "reasoning": False, "input": ["text"],
            "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
            "contextWindow": 128_000, "maxTokens": 4096,
        }  # fmt: skip
        if not self.profile.is_rust:
            model["compat"] = {"supportsDeveloperRole": False}
        if self.profile.leaks_headers:
            model["headers"] = {"Authorization": f"Bearer {secret or 'sk-FAKE-SECRET-123'}"}
        return model

    def state(self, turns: "Turns") -> Members:
        """``get_state``."""
        model: Any = self.model()
        if self.faults.get("no_model"):
            model = None if self.profile.is_rust else {**model, "id": "unknown", "provider": "unknown"}
        optional = {"sessionFile": None if self.file is None else str(self.file), "sessionName": None}
        return {
            "model": model,
            "thinkingLevel": "off",
            "isStreaming": turns.is_streaming,
            "isCompacting": False,
            "steeringMode": "one-at-a-time",
            "followUpMode": "one-at-a-time",
            **self._said(optional),
            "sessionId": self.id,
            "autoCompactionEnabled": True,
            "messageCount": len(self.messages) + (self.profile.has_system_message and bool(self.messages)),
            "pendingMessageCount": turns.pending,
            **({"systemPrompt": self.faults["secret"]} if "secret" in self.faults else {}),
        }

    def shown_messages(self) -> list[Members]:
        """``get_messages``, without the one that is being said."""
        shown = list(self.messages)
        if self.profile.has_system_message and shown:
            shown.insert(0, self.system())
        if "secret" in self.faults:
            secret = self.faults["secret"]
            shown += [{"role": "of_next_year", "content": secret}, {"role": "system", "content": secret}]
            shown = [{**message, "details": {"x": secret}, "fullOutputPath": secret} for message in shown]
        if "big" in self.faults:
            words = "\u2028 line and \u2029 paragraph " * 4000
            size = 0
            while size < self.faults["big"]:
                shown.append(
                    {"role": "user", "content": [{"type": "text", "text": words}], "timestamp": size}
                )
                size += len(words.encode())
        return shown

    def system(self) -> Members:
        """The prompt that 0.87 lists among the messages."""
        secret = self.faults.get("secret", "the rules of the house")
        return {"role": "system", "content": "", "sections": {"preamble": secret}}

    def stats(self) -> Members:
        """``get_session_stats``."""
        roles = [message["role"] for message in self.messages]
        calls = sum(
            block["type"] == "toolCall"
            for message in self.messages
            if message["role"] == "assistant"
            for block in message["content"]
        )
        answers = roles.count("assistant")
        return {
            **self._said({"sessionFile": None if self.file is None else str(self.file)}),
            "sessionId": self.id,
            "userMessages": roles.count("user"),
            "assistantMessages": answers,
            "toolCalls": calls,
            "toolResults": roles.count("toolResult"),
            "totalMessages": len(roles),
            "tokens": {
                "input": 11 * answers,
                "output": 7 * answers,
                "cacheRead": 0,
                "cacheWrite": 0,
                "total": 18 * answers,
            },
            "cost": 0,
            **(
                {"contextUsage": {"tokens": None, "contextWindow": 128_000, "percent": None}}
                if self.profile.has_context_usage
                else {}
            ),
        }

    def _said(self, members: Members) -> Members:
        """npm leaves out what Rust calls null."""
        return {key: value for key, value in members.items() if value is not None or self.profile.is_rust}

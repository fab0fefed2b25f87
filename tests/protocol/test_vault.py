"""What a snapshot keeps, what restoring it changes, and which commands a machine takes."""

from typing import Any

import pytest

from openclaw.protocol.tools import InvalidArguments
from openclaw.protocol.vault import (
    FIELDS,
    PRESETS,
    VAULT_ARGUMENTS,
    canonical,
    changes_of,
    count_changes,
    decode_vault_command,
    extract,
    restored,
)

DOCUMENT = {name: [name] for names in FIELDS.values() for name in names}
SYSTEM, OTHER = "a" * 32, "b" * 32


def test_each_field_is_of_one_scope() -> None:
    names = [name for names in FIELDS.values() for name in names]
    assert len(names) == len(set(names))
    assert set(PRESETS["config_only"]) < set(PRESETS["full"]) == set(FIELDS)


@pytest.mark.parametrize("scope", FIELDS)
def test_a_restore_of_a_scope_changes_its_fields_alone(scope: str) -> None:
    now = {name: ["now"] for name in DOCUMENT} | {"artifacts": ["now"]}
    held = extract(DOCUMENT, [scope])
    assert set(held) == set(FIELDS[scope])
    wanted = restored(now, held, [scope])
    changed = {name for name in wanted if wanted[name] != now[name]}
    assert changed == set(FIELDS[scope]) - {"artifacts"}, "what was made is listed, and not restored"
    assert restored(now, held, []) == now


def test_what_a_snapshot_lacks_is_not_there_after_its_restore() -> None:
    now = DOCUMENT | {"model": "new"}
    held = {name: value for name, value in extract(DOCUMENT, ["system_config"]).items() if name != "model"}
    assert "model" not in restored(now, held, ["system_config"])


def test_counts_tell_fields_and_no_more() -> None:
    before = {"roles": [{"id": "a", "name": "secret"}], "prompts": []}
    after: dict[str, Any] = {"roles": [], "prompts": [{"id": "secret", "text": "secret"}], "name": "secret"}
    counts = count_changes(changes_of(before, after, PRESETS["full"]))
    assert {each["field"] for each in counts} == {"roles", "prompts", "name"}
    assert "secret" not in str(counts)


def test_documents_are_the_same_bytes_in_any_order() -> None:
    assert canonical({"a": 1, "b": {"c": 2, "d": 3}}) == canonical({"b": {"d": 3, "c": 2}, "a": 1})


GOOD: dict[str, dict[str, Any]] = {
    "vault.create": {"document": {}, "baseline": OTHER},
    "vault.save": {"snapshot": OTHER, "kind": "manual", "label": "", "scopes": ["permissions"]},
    "vault.list": {},
    "vault.compare": {"before": OTHER, "scopes": ["permissions"]},
    "vault.restore": {
        "snapshot": OTHER,
        "scopes": ["permissions"],
        "expected": "0" * 64,
        "checkpoint": OTHER,
    },
    "vault.clone": {"to": OTHER, "baseline": OTHER},
    "vault.forget": {},
}


def test_every_command_is_read_strictly() -> None:
    assert set(GOOD) == set(VAULT_ARGUMENTS)
    for command, arguments in GOOD.items():
        decode_vault_command(command, {"system": SYSTEM, **arguments})
        for wrong in (
            {"system": "../x"},
            {"system": SYSTEM.upper()},
            {"system": SYSTEM, "more": 1},
            {"system": SYSTEM, "scopes": []},
            {"system": SYSTEM, "scopes": ["all"]},
            {"system": None},
        ):
            given = {"system": SYSTEM, **arguments} | wrong
            with pytest.raises(InvalidArguments):
                decode_vault_command(command, given)

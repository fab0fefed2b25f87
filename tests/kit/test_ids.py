"""Ids: sortable, prefixed on the wire, with one spelling each."""

from uuid import UUID

import pytest

from openclaw.kit import ids

WIRE = "conv_0190f3a17c2e7bb2a9d15c3e8f4a6b01"


def test_new_ids_are_uuid7_in_order() -> None:
    made = [ids.new_id() for _ in range(200)]
    assert {value.version for value in made} == {7}
    assert {value.variant for value in made} == {"specified in RFC 4122"}
    assert len(set(made)) == len(made)
    milliseconds = [value.int >> 80 for value in made]
    assert milliseconds == sorted(milliseconds)


def test_there_and_back() -> None:
    value = ids.from_wire("conv", WIRE)
    assert value == UUID("0190f3a1-7c2e-7bb2-a9d1-5c3e8f4a6b01")
    assert ids.to_wire("conv", value) == WIRE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "conv",
        "conv_",
        WIRE.removeprefix("conv_"),
        WIRE.replace("conv", "msg"),
        WIRE.replace("conv", "CONV"),
        WIRE[:-1],
        f"{WIRE}0",
        WIRE.upper().replace("CONV", "conv"),
        "conv_" + "g" * 32,
        "conv_+" + "0" * 31,
        "conv_" + "0_" * 16,
        "conv_" + "１" * 32,
        "conv_ " + "0" * 31,
        "conv_" + "0190f3a1-7c2e-7bb2-a9d1-5c3e8f4",
        f" {WIRE}",
        f"{WIRE}\n",
        WIRE.replace("_", "__"),
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"conv_ id"):
        ids.from_wire("conv", text)

"""Permissions in words, and what an update asks for more."""

from typing import Any

import msgspec
import pytest

from openclaw.protocol.packages.permissions import NAMES, Permissions, compare, describe, permission_problem


def permissions(**asked: Any) -> Permissions:
    return msgspec.convert(asked, Permissions)


def network(*hosts: str) -> Permissions:
    return permissions(network={"hosts": hosts})


def test_every_permission_has_words_in_both_languages() -> None:
    everything = permissions(
        network={"hosts": ["api.example.com", "*.example.org:8443"]},
        device={"tools": ["exec"]},
        secrets={"names": ["token"]},
        **{name: {} for name in ("llm", "notify", "kv", "email", "database", "javascript")},
    )
    english, chinese = describe(everything), describe(everything, "zh")
    assert list(english) == list(chinese) == list(NAMES)
    assert english["network"] == "Reach these hosts: api.example.com, *.example.org:8443"
    assert chinese["network"] == "访问这些主机：api.example.com、*.example.org:8443"
    assert english["device"] == "Run commands on your linked machines"
    assert describe(network("*"))["network"] == "Reach any public host"
    more = permissions(device={"tools": ["exec", "fs.read"]})
    assert describe(more)["device"].endswith("use these tools there: fs.read")
    assert describe(permissions(device={"tools": ["fs.read"]}))["device"].endswith("machines: fs.read")
    assert describe(Permissions()) == {}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (Permissions(), Permissions(), []),
        (network("a.b"), network("a.b"), []),
        (Permissions(), network("a.b"), [("network", "added", ("a.b",))]),
        (network("a.b"), Permissions(), [("network", "removed", ("a.b",))]),
        (network("a.b"), network("a.b", "c.d"), [("network", "widened", ("c.d",))]),
        (network("a.b", "c.d"), network("a.b"), [("network", "narrowed", ("c.d",))]),
        (network("a.b"), network("c.d"), [("network", "widened", ("c.d",)), ("network", "narrowed", ("a.b",))]),
        (network("*.a.b"), network("x.a.b"), [("network", "narrowed", ("*.a.b",))]),
        (network("x.a.b"), network("*.a.b"), [("network", "widened", ("*.a.b",))]),
        (network("*.a.b"), network("a.b"), [("network", "widened", ("a.b",)), ("network", "narrowed", ("*.a.b",))]),
        (network("*.b"), network("*.a.b"), [("network", "narrowed", ("*.b",))]),
        (network("*.b"), network("xb"), [("network", "widened", ("xb",)), ("network", "narrowed", ("*.b",))]),
        (network("a.b"), network("a.b:443"), [("network", "narrowed", ("a.b",))]),
        (network("a.b"), network("a.b:9"), [("network", "widened", ("a.b:9",)), ("network", "narrowed", ("a.b",))]),
        (network("*"), network("a.b", "*.c"), [("network", "narrowed", ("*",))]),
        (network("*"), network("a.b:22"), [("network", "widened", ("a.b:22",)), ("network", "narrowed", ("*",))]),
        (network("a.b"), network("*"), [("network", "widened", ("*",))]),
        (permissions(llm={}), permissions(llm={}, kv={}), [("kv", "added", ())]),
        (
            permissions(device={"tools": ["fs.read"]}),
            permissions(device={"tools": ["fs.read", "exec"]}),
            [("device", "widened", ("exec",))],
        ),
    ],
)  # fmt: skip
def test_what_an_update_changes(before: Permissions, after: Permissions, changes: Any) -> None:
    found = compare(before, after)
    assert [(each.permission, each.kind, each.items) for each in found] == changes
    for each in found:
        assert each.needs_consent == (each.kind in {"added", "widened"})
        assert each.words()
        assert each.words("zh")


def test_parameters_have_forms() -> None:
    for hosts in (("a.b",), ("*.a.b:1",), ("localhost",), ("*",), ("xn--fiq228c.cn",)):
        assert permission_problem(network(*hosts)) is None
    for hosts in (
        (),
        ("a", "a"),
        ("A.b",),
        ("**",),
        ("*:443",),
        ("a.b:",),
        ("http://a.b",),
        ("-a.b",),
        ("a..b",),
    ):
        assert permission_problem(network(*hosts)) is not None

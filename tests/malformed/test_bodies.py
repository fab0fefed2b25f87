"""Bodies that are wrong in every way, on every route that takes one: a clear refusal, and nothing changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.malformed.cases import (
    Cases,
    Target,
    all_operations,
    broken_bodies,
    broken_values,
)
from tests.support.accounts import refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_bodies_that_are_none(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    for operation in all_operations(target):
        if operation.body is None:
            continue
        for case, content in broken_bodies(target.sample(operation)):
            if case == "nothing but space" and not operation.needs_body:
                continue
            await cases.send(operation, case, content=content)
    cases.settle(at_least=400)


async def test_fields_of_the_wrong_form(target: Target, unchanged: None) -> None:
    cases = Cases(target)
    for operation in all_operations(target):
        body = target.sample(operation)
        if not body:
            continue
        for path, value in _leaves(body):
            for case, broken in broken_values(value):
                content = json.dumps(_with(body, path, broken)).encode()
                await cases.send(operation, f"{case} as {'.'.join(path)}", content=content)
        for name in operation.body.get("required", ()) if operation.body else ():
            content = json.dumps({k: v for k, v in body.items() if k != name}).encode()
            await cases.send(operation, f"no {name}", content=content)
    cases.settle(at_least=200)


async def test_a_field_given_twice_is_refused(target: Target, unchanged: None) -> None:
    """Two readers of such a body may see two different requests."""
    cases = Cases(target)
    for operation in all_operations(target):
        body = target.sample(operation)
        if body:
            name, value = next(iter(body.items()))
            twice = json.dumps(body)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"
            await cases.send(operation, f"{name} twice", content=twice.encode())
    cases.settle(at_least=10)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "x",
        "",
    ],
)
async def test_bodies_of_another_type(target: Target, unchanged: None, content_type: str) -> None:
    """A page of another site can send these without asking; JSON it cannot."""
    cases = Cases(target)
    for operation in all_operations(target):
        if operation.needs_body:
            await cases.send(operation, content_type, headers={"Content-Type": content_type})
    cases.settle(at_least=15)


async def test_what_was_sent_is_not_repeated(target: Target, unchanged: None) -> None:
    """A problem names the field and the reason, never the value: it may be a password in the wrong place."""
    body = {
        "username": "ann lee",
        "email": "secret-word",
        "password": "secret-word" * 100,
        "displayName": ["secret-word"],
    }
    response = await target.person.api.post("/auth/register", json=body)
    assert refused(response) == (422, "request.invalid")
    assert "secret-word" not in response.text


def _leaves(body: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value


def _with(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**body, name: _with(body[name], tuple(rest), value) if rest else value}

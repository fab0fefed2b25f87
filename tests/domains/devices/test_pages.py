"""The server's word to a machine that a web page is its owner's."""

from typing import Any

import pytest

from openclaw.kit import ids
from openclaw.protocol.device import page_pass
from tests.support.accounts import Person, refused, register, succeeded
from tests.support.devices import Machine, link
from tests.support.server import ORIGIN, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NONCE = "n" * 43


async def ask(person: Person, machine: Machine, *, origin: str | None = ORIGIN, nonce: str = NONCE) -> Any:
    headers = {} if origin is None else {"Origin": origin}
    path = f"/devices/{machine.session['deviceId']}/page-pass"
    return await person.api.post(path, json={"nonce": nonce}, headers=headers)


async def test_a_pass_is_signed_for_the_machine_the_origin_and_the_nonce(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    answer = succeeded(await ask(ann, machine))
    expected = page_pass(
        key=machine.session["pageKey"], device_id=machine.session["deviceId"], origin=ORIGIN, nonce=NONCE
    )
    assert answer == {"pass": expected}


async def test_the_key_is_the_machines_alone_and_stays(server: Server) -> None:
    ann = await register(server)
    first, second = await link(ann), await link(ann, name="other")
    key = first.session["pageKey"]
    assert key != second.session["pageKey"]
    assert succeeded(await first.refresh())["pageKey"] == key


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", f"{ORIGIN}.evil.example"])
async def test_only_pages_of_this_server_get_one(server: Server, origin: str | None) -> None:
    ann = await register(server)
    status, code = refused(await ask(ann, await link(ann), origin=origin))
    assert status == 403
    assert code in {"devices.page_origin", "request.foreign_origin"}


async def test_nobody_elses_and_no_revoked_machine(server: Server) -> None:
    ann, eve = await register(server), await register(server)
    machine = await link(ann)
    assert refused(await ask(eve, machine)) == (404, "devices.not_found")
    machine.session["deviceId"], known = ids.to_wire("dev", ids.new_id()), machine.session["deviceId"]
    assert refused(await ask(ann, machine)) == (404, "devices.not_found")
    machine.session["deviceId"] = known
    await ann.api.delete(f"/devices/{known}")
    assert refused(await ask(ann, machine)) == (404, "devices.not_found")


@pytest.mark.parametrize("nonce", ["", "short", "x" * 129, "a|b" * 10])
async def test_a_nonce_is_one(server: Server, nonce: str) -> None:
    ann = await register(server)
    assert refused(await ask(ann, await link(ann), nonce=nonce))[0] == 422

"""Keys and tokens of the installation."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from openclaw.infra.secrets import KeyRing, digest, load_key_ring, new_token
from openclaw.kit.ids import new_id

RING = KeyRing(bytes(range(32)))


def test_keys_are_for_one_purpose() -> None:
    keys = {RING.key(purpose) for purpose in ("a", "b", "at-rest-v1")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert RING.key("a") == KeyRing(bytes(range(32))).key("a")
    assert RING.key("a") != KeyRing(bytes(32)).key("a")
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing(b"short")


@pytest.mark.parametrize("plain", ["", "sk-1", "字" * 1000])
def test_what_is_sealed_opens_in_its_place(plain: str) -> None:
    place = {"workspace_id": new_id(), "column": "providers.key"}
    sealed = RING.encrypt(plain, **place)
    assert RING.decrypt(sealed, **place) == plain
    assert sealed != RING.encrypt(plain, **place), "twice the same is not seen"
    if plain:
        assert plain.encode() not in sealed


def test_elsewhere_or_changed_it_does_not() -> None:
    workspace = new_id()
    sealed = RING.encrypt("secret", workspace_id=workspace, column="c")
    attempts = [
        (RING, sealed, new_id(), "c"),
        (RING, sealed, workspace, "d"),
        (KeyRing(bytes(32)), sealed, workspace, "c"),
        (RING, sealed[:-1], workspace, "c"),
        (RING, sealed[:-1] + bytes([sealed[-1] ^ 1]), workspace, "c"),
        (RING, bytes([sealed[0] ^ 1]) + sealed[1:], workspace, "c"),
    ]
    for ring, words, workspace_id, column in attempts:
        with pytest.raises(ValueError, match="was not sealed for this place"):
            ring.decrypt(words, workspace_id=workspace_id, column=column)


def test_the_key_of_an_installation_is_made_once(tmp_path: Path) -> None:
    """By whichever process comes first."""
    work = (
        "import sys; from pathlib import Path; from openclaw.infra.secrets import load_key_ring;"
        "print(load_key_ring(Path(sys.argv[1]), None).key('x').hex())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", work, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {process.communicate()[0].strip() for process in processes}
    assert said == {load_key_ring(tmp_path, None).key("x").hex()}
    path = tmp_path / "secrets" / "instance.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_configured_key_needs_no_file(tmp_path: Path) -> None:
    assert load_key_ring(tmp_path, "00" * 32).key("x") == KeyRing(bytes(32)).key("x")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="hex"):
        load_key_ring(tmp_path, "not hex")


def test_tokens_are_long_and_kept_as_digests() -> None:
    tokens = {new_token("ocrt") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("ocrt_") and len(token) == 48 for token in tokens)
    assert len(digest("a")) == 32
    assert digest("a") != digest("b")
    assert RING.mac("p", "a") != RING.mac("q", "a")

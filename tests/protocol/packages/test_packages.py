"""What is built can be read, and one thing has one package."""

import hashlib
import io
import zipfile

import pytest

from openclaw.protocol.packages.archive import PackageLimits
from openclaw.protocol.packages.calls import (
    HOST_CALLS,
    action_call,
    granted_host_calls,
    hook_call,
    read_answer,
)
from openclaw.protocol.packages.errors import REASONS, PackageRefusedError
from openclaw.protocol.packages.manifest import VERSION
from openclaw.protocol.packages.package import public_key_of, read_package
from openclaw.protocol.packages.permissions import NAMES
from tests.protocol.packages.making import FILES, SIGNER, manifest, package


def test_what_was_built_is_read() -> None:
    read = read_package(package(permissions={"network": {"hosts": ["example.com"]}, "llm": {}}))
    assert read.files == FILES
    assert read.signer == public_key_of(SIGNER)
    assert read.manifest.title.text("zh") == "问候"
    assert read.manifest.description.text("zh") == "Greets."
    assert read.manifest.files["plugin.py"].sha256 == hashlib.sha256(FILES["plugin.py"]).hexdigest()
    assert granted_host_calls(read.manifest.permissions) == {"http", "llm"}
    assert read_package(package(version="1.0.1")).digest != read_package(package()).digest


def test_the_same_content_makes_the_same_archive() -> None:
    assert package() == package(dict(reversed(FILES.items())))


def test_other_programs_can_look_into_it() -> None:
    with zipfile.ZipFile(io.BytesIO(package())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "signature.json", "data/table.csv", "plugin.py"]
        assert archive.read("plugin.py") == FILES["plugin.py"]


def test_every_permission_has_its_host_calls() -> None:
    assert set(HOST_CALLS) == set(NAMES)


@pytest.mark.parametrize("version", ["0.0.0", "1.2.3", "1.2.3-alpha.1", "1.0.0-0a", "10.20.30"])
def test_versions(version: str) -> None:
    assert VERSION.fullmatch(version)
    assert read_package(package(version=version)).manifest.version == version


def test_a_call_and_its_answer() -> None:
    about = manifest()
    call = action_call(about, "execute", inputs={"name": "Ada"}, settings={}, key="k")
    assert (call.entry, call.inputs["plugin"]) == ("openclaw.sdk.runtime:call", "plugin:Greeting")
    hook = hook_call(about, "on_install", settings={}, key="k")
    assert hook is not None
    assert hook.inputs["hook"] == "on_install"
    answer = read_answer(about, {"output": {"a": 1}, "files": [{"name": "a.svg", "type": "image/svg+xml"}]})
    assert (answer.output, answer.error, answer.files[0].type) == ({"a": 1}, None, "image/svg+xml")
    for hostile in (None, [], "x", {"error": 3}, {"error": {"code": ["x"], "data": 1}}, {"files": {"a": 1}}):
        read_answer(about, hostile)
    script = manifest(entry="plugin.js")
    assert action_call(script, "execute", inputs={}, settings={}, key="k").entry == "plugin.js:execute"
    assert hook_call(script, "on_install", settings={}, key="k") is None
    assert read_answer(script, 5).output == 5


def test_limits_can_be_lowered() -> None:
    whole = package()
    for limits, reason in (
        (PackageLimits(archive_bytes=10), "too_large"),
        (PackageLimits(expanded_bytes=10), "too_large"),
        (PackageLimits(file_bytes=10), "too_large"),
        (PackageLimits(files=3), "too_many_files"),
    ):
        with pytest.raises(PackageRefusedError) as refused:
            read_package(whole, limits=limits)
        assert refused.value.reason == reason


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(reason: str) -> None:
    error = PackageRefusedError(reason=reason, path="a/b", limit=5)
    assert "(a/b) (5)." in error.words()
    assert "（a/b）（5）。" in error.words("zh")

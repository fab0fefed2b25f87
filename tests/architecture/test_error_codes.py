"""Every error that may leave a process: a stable code, words in both languages, and an answer in each transport."""

import importlib
import pkgutil
import re
import string
from dataclasses import fields, is_dataclass

import pytest

import openclaw
from openclaw.kit.errors import Kind, OpenClawError, registered_errors


def _load_all() -> dict[str, Exception]:
    """Import every module, so that every error is declared; what could not be imported, and why."""
    failed: dict[str, Exception] = {}
    for module in pkgutil.walk_packages(openclaw.__path__, "openclaw.", onerror=lambda name: None):
        if module.name.endswith("__main__"):  # importing one runs it
            continue
        try:
            importlib.import_module(module.name)
        except Exception as error:  # noqa: BLE001 (the first test shows them all)
            failed[module.name] = error
    return failed


NOT_LOADED = _load_all()
HAN = r"[\u4e00-\u9fff]"


def _family(base: type[OpenClawError] = OpenClawError) -> list[type[OpenClawError]]:
    return [c for child in base.__subclasses__() for c in (child, *_family(child))]


ERRORS = sorted(registered_errors().values(), key=lambda error: error.code)


def test_every_module_can_be_imported() -> None:
    assert NOT_LOADED == {}


def test_every_error_of_ours_has_a_code_of_its_own() -> None:
    """Two classes of one code are refused when the second is declared; one that forgot its code is found here."""
    ours = [
        error
        for error in _family()
        if error.__module__.startswith("openclaw.") and not error.__subclasses__()
    ]
    assert [error.__qualname__ for error in ours if "code" not in error.__dict__] == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_declaration_is_whole(error: type[OpenClawError]) -> None:
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", error.code)
    assert isinstance(error.kind, Kind)
    assert (
        error.__name__.endswith("Error") or error.__name__ == "SecurityViolation"
    )  # by that name in plugins
    assert is_dataclass(error)
    assert (
        _placeholders(error.template) == _placeholders(error.template_zh) <= {f.name for f in fields(error)}
    )
    english, chinese = _words(error.template), _words(error.template_zh)
    assert not re.search(HAN, english)
    assert re.search(HAN, chinese) or not re.search(r"[A-Za-z]", english), "not translated"


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _words(template: str) -> str:
    return "".join(literal for literal, _, _, _ in string.Formatter().parse(template))


def test_every_kind_has_an_http_status() -> None:
    errors = importlib.import_module("openclaw.infra.web.errors")
    assert set(errors.STATUS) == set(Kind)


def test_every_kind_has_a_gateway_code() -> None:
    gateway = importlib.import_module("openclaw.protocol.gateway.errors")
    assert set(gateway.CODES) == set(Kind)

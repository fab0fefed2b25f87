"""The error family: stable codes, public data, words in two languages, and the way over a process boundary."""

import pickle
from dataclasses import dataclass
from typing import ClassVar

import pytest

from openclaw.infra.web.errors import STATUS
from openclaw.kit.errors import (
    InternalError,
    InvalidInputError,
    Kind,
    OpenClawError,
    RateLimitedError,
    TooLargeError,
    UnavailableError,
    registered_errors,
)

SAMPLES: tuple[OpenClawError, ...] = (
    InvalidInputError(field="name", reason="too long"),
    TooLargeError(field="body", limit=10),
    RateLimitedError(retry_after_seconds=3),
    UnavailableError(part="database"),
    InternalError(request_id="r1"),
)


@pytest.mark.parametrize("error", SAMPLES, ids=lambda e: e.code)
def test_an_error_survives_the_wire_and_pickling(error: OpenClawError) -> None:
    for copy in (OpenClawError.from_wire(error.to_wire()), pickle.loads(pickle.dumps(error))):
        assert type(copy) is type(error)
        assert copy.data == error.data
        assert str(copy) == str(error)


@pytest.mark.parametrize("error", SAMPLES, ids=lambda e: e.code)
def test_words_are_there_in_both_languages(error: OpenClawError) -> None:
    assert error.words() == error.words("en") == str(error)
    assert error.words("zh") != error.words("en")
    assert "{" not in error.words("zh") + error.words("en")


def test_a_code_belongs_to_one_error() -> None:
    with pytest.raises(TypeError, match="is taken by InvalidInputError"):

        @dataclass(eq=False)
        class Impostor(OpenClawError):
            code: ClassVar[str] = "request.invalid"
            kind: ClassVar[Kind] = Kind.INVALID
            template: ClassVar[str] = ""
            template_zh: ClassVar[str] = ""

    assert registered_errors()["request.invalid"] is InvalidInputError


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(Kind)
    assert len(set(STATUS.values())) == len(STATUS)


def test_errors_can_be_raised_through_context_managers() -> None:
    error = UnavailableError(part="x")
    with pytest.raises(UnavailableError) as caught:
        try:
            raise error
        finally:
            error.__traceback__ = None
    assert caught.value is error

"""Signed deliveries: what is said of one that is not signed as it has to be."""

import re
from datetime import UTC, datetime

import pytest

from openclaw.infra.signatures import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    WrongSignatureError,
    check_signed,
    signed_headers,
)

SECRET = "whsec_" + "A" * 32
AT = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [{ID: "a b"}, {TIMESTAMP: "soon"}, {SIGNATURE: "v2,x"}, {SIGNATURE: "v1,x"}],
    ids=["id", "time", "version", "signature"],
)
def test_why_a_delivery_is_refused_is_said_whole_in_both_languages(changed: dict[str, str]) -> None:
    headers = signed_headers(SECRET, delivery_id="one", at=AT, body=b"{}")
    assert check_signed(headers, b"{}", [SECRET], AT) == "one"
    with pytest.raises(WrongSignatureError) as refused:
        check_signed(headers | changed, b"{}", [SECRET], AT)
    assert refused.value.words("en").startswith("The signature is wrong: ")
    # Names of headers and versions are all that stays as it is.
    assert re.fullmatch(r"签名无效：(?:[^A-Za-z]|webhook-\w+|A-Za-z|v1)+", refused.value.words("zh"))

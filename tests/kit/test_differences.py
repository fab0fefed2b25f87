"""What differs between two JSON values, with items of lists told apart by their ids."""

from typing import Any

import pytest

from openclaw.kit.differences import differences

A, B = {"id": "a", "n": 1}, {"id": "b", "n": 2}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"x": 1}, {"x": 1}, []),
        ({"x": 1}, {"x": 2}, [("changed", "$.x")]),
        ({"x": 1}, {"y": 1}, [("removed", "$.x"), ("added", "$.y")]),
        ({"x": 1}, {"x": True}, [("changed", "$.x")]),
        ({"x": [A, B]}, {"x": [A]}, [("removed", "$.x.b")]),
        ({"x": [A, B]}, {"x": [A | {"n": 3}, B]}, [("changed", "$.x.a.n")]),
        ({"x": [A, B]}, {"x": [B, A]}, [("changed", "$.x")]),
        ({"x": []}, {"x": [A]}, [("added", "$.x.a")]),
        ({"x": [A]}, {"x": []}, [("removed", "$.x.a")]),
        ({"x": []}, {"x": [1]}, [("changed", "$.x")]),
        ({"x": [1, 2]}, {"x": [1, 3]}, [("changed", "$.x")]),
        ({"x": [A, A]}, {"x": [A]}, [("changed", "$.x")]),
        ({"x": [A, 1]}, {"x": [A]}, [("changed", "$.x")]),
        ({"x": []}, {"x": {}}, [("changed", "$.x")]),
        ({"x": {"y": 1}}, {"x": []}, [("changed", "$.x")]),
    ],
)
def test_changes_name_their_places(before: Any, after: Any, found: list[tuple[str, str]]) -> None:
    assert [(change.kind, change.path) for change in differences(before, after)] == found

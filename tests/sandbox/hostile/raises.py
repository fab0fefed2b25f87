"""Code that fails in ordinary ways."""

from typing import Any


async def later(inputs: Any, host: Any) -> Any:
    """An entry point may be a coroutine."""
    return [inputs]


def large_input(inputs: Any, host: Any) -> Any:
    """How much there was."""
    return len(inputs)


def wrong(inputs: Any, host: Any) -> Any:
    """Raises."""
    raise LookupError("not there")


def not_json(inputs: Any, host: Any) -> Any:
    """Answers with what JSON has not."""
    return {1, 2}


def not_a_number(inputs: Any, host: Any) -> Any:
    """Answers with what only Python takes for JSON."""
    return float("nan")


def ends(inputs: Any, host: Any) -> Any:
    """Ends instead of answering."""
    raise SystemExit(3)


def ask_each(inputs: Any, host: Any) -> Any:
    """How each host call fails."""
    found = []
    for name in inputs:
        try:
            found.append(host.call(name))
        except Exception as error:
            found.append([getattr(error, "code", ""), str(error)])
    return found


def flood(inputs: Any, host: Any) -> Any:
    """So many host calls."""
    return [host.call("tick") for _ in range(inputs)][-1]

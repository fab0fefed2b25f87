"""JavaScript in the same jail: QuickJS within the call's own process, under the same limits and filters."""

import importlib
import json
import os
from typing import Any

from openclaw.sandbox.guest.host import Host, HostCallError

SUFFIX = ".js"
_PRELUDE = """
const host = {call(name, parameters = {}) {
  const answer = JSON.parse(__ask(String(name), JSON.stringify(parameters)));
  if (answer.error) throw Object.assign(new Error(answer.message), {code: answer.error});
  return answer.value;
}};
const console = {log: (...values) => __print(values.map(v => typeof v === "string" ? v : JSON.stringify(v)).join(" "))};
"""
_CALL = """
(async () => %s(JSON.parse(__inputs), host))().then(
  value => __done(JSON.stringify(value === undefined ? null : value)),
  error => __fail(String(error && error.name || "Error"), String(error && error.message || error)));
"""


class JavaScriptError(Exception):
    """What the script threw."""


def call(folder: str, script: str, function: str, inputs: Any, host: Host) -> Any:
    """``function(inputs, host)`` of the file ``script``, which may be asynchronous; the answer is what JSON has of it.

    :raises JavaScriptError: it threw, or its promise was never settled.
    """
    if not function.isidentifier():
        raise JavaScriptError(f"no such function: {function[:100]}")
    with open(os.path.join(folder, script), encoding="utf-8") as file:
        source = file.read()
    context = importlib.import_module("quickjs").Context()
    answers: list[Any] = []
    errors: list[str] = []

    def ask(name: str, parameters: str) -> str:
        try:
            return json.dumps({"value": host.call(name, **json.loads(parameters))})
        except HostCallError as error:
            return json.dumps({"error": error.code, "message": str(error)})

    context.add_callable("__ask", ask)
    context.add_callable("__print", print)
    context.add_callable("__done", lambda value: answers.append(json.loads(value)))
    context.add_callable("__fail", lambda name, message: errors.append(f"{name}: {message}"))
    context.set("__inputs", json.dumps(inputs))
    context.eval(_PRELUDE)
    context.eval(source)
    context.eval(_CALL % function)
    while not answers and not errors and context.execute_pending_job():
        pass
    if errors or not answers:
        raise JavaScriptError(errors[0] if errors else "it never answered")
    return answers[0]

"""A program for test_gates_bite: reads one line per question and answers which import contracts are broken.

One process for all questions, since starting Python and import-linter costs more than checking the tree. The tree is
the working directory's; no cache, so that an answer is about the files as they are now.
"""

import io
import json
import sys
from contextlib import redirect_stdout

from importlinter.application import use_cases
from importlinter.configuration import configure


def broken_contracts() -> list[str]:
    """The ids of the contracts that the tree breaks."""
    options = use_cases.read_user_options(config_filename="pyproject.toml")
    use_cases._register_contract_types(options)
    ids = {contract["name"]: contract["id"] for contract in options.contracts_options}
    report = use_cases.create_report(options, cache_dir=None)
    return sorted(ids[c.name] for c, check in report.get_contracts_and_checks() if not check.kept)


if __name__ == "__main__":
    configure()
    sys.path.insert(0, "")
    for _ in sys.stdin:
        try:
            with redirect_stdout(io.StringIO()):  # it draws its progress where answers go
                answer: dict[str, object] = {"broken": broken_contracts()}
        except Exception as error:  # noqa: BLE001 (the question's asker shows it)
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)

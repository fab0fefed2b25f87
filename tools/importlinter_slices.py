"""import-linter contract: a slice's private modules are importable only from inside that slice."""

from typing import cast

import grimp
from importlinter import Contract, ContractCheck, fields, output


class SliceInterfaceContract(Contract):
    """Of the slices under ``container``, other slices may import only the modules named in ``public``."""

    type_name = "slice_interface"
    container = fields.StringField()
    public = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Find each import from one slice into another slice's private module."""
        prefix = f"{self.container}."
        public = set(cast("list[str]", self.public))
        bad: list[tuple[str, str, int]] = []
        for importer in sorted(m for m in graph.modules if m.startswith(prefix)):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not imported.startswith(prefix):
                    continue
                source, target = importer[len(prefix) :].split("."), imported[len(prefix) :].split(".")
                if source[0] == target[0] or len(target) == 1 or target[1] in public:
                    continue
                details = graph.get_import_details(importer=importer, imported=imported)
                bad.append((importer, imported, next((d["line_number"] for d in details), 0)))
        return ContractCheck(kept=not bad, metadata={"bad": bad})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each offending import and what may be imported instead."""
        allowed = ", ".join(cast("list[str]", self.public))
        for importer, imported, line in check.metadata["bad"]:
            output.print_error(
                f"{importer} -> {imported} (l.{line}): private to its slice; use {allowed}", bold=True
            )

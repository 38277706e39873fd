"""An import-linter contract: what a slice keeps private is imported by that slice alone."""

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def private_imports(graph: ImportGraph, private_names: set[str], depth: int) -> Iterator[tuple[str, str]]:
    """Yield each (importer, imported) pair in which a private module is imported from outside its owner.

    The owner of `outlay.a.b.store` is the package that holds it, or, when depth is not 0, its ancestor that lies so
    many names below the root: depth 1 makes `outlay.a` the owner of everything inside it.
    """
    for imported in sorted(graph.modules):
        parts = imported.split(".")
        if parts[-1] not in private_names or len(parts) <= depth + 1:
            continue
        owner = ".".join(parts[: depth + 1] if depth else parts[:-1])
        for importer in sorted(graph.find_modules_that_directly_import(imported)):
            if importer != owner and not importer.startswith(f"{owner}."):
                yield importer, imported


class SlicePrivacyContract(Contract):
    """Modules of the given names may be imported by the slice that holds them and by the named importers."""

    # Declared as fields, read as what the fields were given; the library's types know the former only.
    private_names: Any = fields.SetField(subfield=fields.StringField())
    allowed_importers: Any = fields.SetField(subfield=fields.StringField(), required=False)
    owner_depth: Any = fields.IntegerField(default=0)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - the library calls it so.
        """Collect what breaks the contract."""
        output.verbose_print(verbose, f"Looking for imports of {sorted(self.private_names)} from outside their slice.")
        allowed = tuple(self.allowed_importers or ())
        broken = [
            (importer, imported)
            for importer, imported in private_imports(graph, self.private_names, self.owner_depth)
            if not any(importer == name or importer.startswith(f"{name}.") for name in allowed)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that must go through the other slice's service instead."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}; ask that slice's service or model instead.", bold=False)

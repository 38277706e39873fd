"""What `make check` says can be relied on: private modules stay private, and an audit that saw nothing says so."""

from grimp import ImportGraph

from bench.report import Report
from tools.audit import judge_node, judge_python
from tools.slice_privacy import private_imports


def graph_of(*imports: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def test_a_store_may_be_imported_inside_its_own_slice_only():
    graph = graph_of(
        ("outlay.ledger.service", "outlay.ledger.store"),
        ("outlay.budgets.service", "outlay.ledger.store"),
        ("outlay.budgets.service", "outlay.ledger.model"),
    )

    broken = list(private_imports(graph, {"store"}, depth=0))

    assert broken == [("outlay.budgets.service", "outlay.ledger.store")]


def test_a_slice_whose_name_begins_like_the_owner_is_another_slice():
    graph = graph_of(("outlay.ledgers.service", "outlay.ledger.store"))

    assert list(private_imports(graph, {"store"}, depth=0)) == [("outlay.ledgers.service", "outlay.ledger.store")]


def test_at_depth_one_a_whole_package_owns_the_tables_of_its_parts():
    graph = graph_of(
        ("outlay.identity.keys.store", "outlay.identity.people.tables"),
        ("outlay.ledger.store", "outlay.identity.people.tables"),
    )

    broken = list(private_imports(graph, {"tables"}, depth=1))

    assert broken == [("outlay.ledger.store", "outlay.identity.people.tables")]


def test_an_audit_of_python_packages_names_each_flaw_and_its_cure():
    flaw = {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]}
    report = {"dependencies": [{"name": "left", "version": "2.0", "vulns": [flaw]}]}

    verdict = judge_python(report)

    assert verdict.found == ["left 2.0: PYSEC-1, fixed in 2.1, 3.0"]
    assert verdict.unknown is None


def test_an_audit_that_knew_no_package_has_not_audited_anything():
    skipped = {"dependencies": [{"name": "left", "skip_reason": "not found"}]}

    assert judge_python(skipped).unknown == "no advisory service could be reached, so nothing was audited"
    assert judge_python({}) == judge_python(skipped)


def test_an_audit_that_knew_some_packages_says_how_many_it_did_not_know():
    known = {"name": "left", "version": "2.0", "vulns": []}
    report = {"dependencies": [known, {"name": "right", "skip_reason": "not found"}]}

    assert judge_python(report).unknown == "1 of 2 packages could not be audited"


def test_an_audit_of_node_packages_tells_a_finding_from_an_error():
    flaw = {"name": "left", "range": "<2", "severity": "high"}

    assert judge_node({"vulnerabilities": {"left": flaw}}).found == ["left <2: high"]
    assert judge_node({"message": "405 Method Not Allowed"}).unknown is not None
    assert judge_node({"vulnerabilities": {}}) == judge_node({"vulnerabilities": {}, "metadata": {}})


def test_a_measurement_is_compared_with_the_first_of_its_bench_and_unit():
    report = Report()
    report.add("copy", "rows one by one", 4.0, "s")
    report.add("copy", "rows in one statement", 1.0, "s")
    report.add("copy", "memory", 80.0, "MB")

    assert [one.ratio for one in report.measurements] == [1.0, 0.25, 1.0]
    assert report.as_table().splitlines()[2].split() == [
        "copy",
        "rows",
        "in",
        "one",
        "statement",
        "1.000",
        "s",
        "0.25",
        "×",
    ]

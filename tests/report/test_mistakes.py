"""One mistake reads as one finding, and two mistakes as two."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pytest_bdd.parser import Scenario

from upsertspec.report import terminal
from upsertspec.report.mistakes import in_document, mistakes
from upsertspec.report.result import Evidence, Result, Status, StepResult
from upsertspec.report.traits import _named
from upsertspec.spec import criteria as spec

TABLES = ("contacts", "image_metadata")
OTHERS = ("'name' is 'Eve', not 'Grace'", "'status' is 'active', not 'inactive'")


def result(case: spec.Case, status: Status, expected: str = "", actual: str = "") -> Result:
    """The result of a case of the specification, with its steps."""
    reason, evidence = f"{expected} {actual}", Evidence(steps(case))
    return Result(case, status, expected=expected, actual=actual, evidence=evidence, reason=reason)


def steps(case: spec.Case) -> tuple[StepResult, ...]:
    [template] = (
        template
        for feature in spec.features()
        if feature.filename.endswith(case.file)
        for template in feature.scenarios.values()
        if template.line_number == case.line
    )
    scenario: Scenario = template.render(case.example)
    return tuple(
        StepResult(
            step.keyword.strip(),
            step.name,
            "passed",
            [[cell.value for cell in row.cells] for row in step.datatable.rows] if step.datatable else [],
        )
        for step in scenario.steps
    )


def run(*more: str, **failing: tuple[str, str]) -> list[Result]:
    """All scenarios of core, identity and `more` profiles. Those of AC_002, say, or the one called S_72tf fail so."""
    cases = [case for case in spec.cases() if case.profile in ("core", "identity", *more)]
    fails = {name.replace("_", "-"): how for name, how in failing.items()}
    how = {case.id: fails.get(case.scenario) or fails.get(case.criterion) for case in cases}
    return [result(c, Status.FAILED, *bad) if (bad := how[c.id]) else result(c, Status.PASSED) for c in cases]


STORED = ("in contacts a record with name 'Eve'", OTHERS[0])
BESIDE = ("what is not mentioned to stay as it was in contacts", "'notes' is 'x' instead of null")
ACCEPTED = ("an answer of 400", "200 with {}")
ANSWERED = ("the answer's record to be the stored one", "id is 118 instead of 117")
READ = ("the record read by its id to be the stored one", ANSWERED[1])


@pytest.mark.parametrize(
    ("failing", "roots"),
    [
        ({}, []),
        ({"AC_002": STORED}, ["AC-002"]),
        # what needs an update follows the criterion that defines one, however it fails
        ({"AC_002": STORED, "AC_104": ("an updated_at later than '1'", "'1'"), "AC_103": STORED}, ["AC-002"]),
        # what fails beside what its criterion is about follows what is plain
        ({"AC_101": STORED, "AC_103": BESIDE}, ["AC-101"]),
        # a criterion about the answer is not beside the point where the record in the answer is wrong
        ({"S_72tf": ANSWERED, "S_vncp": READ}, ["AC-002"]),
        # a refusal that is missing has nothing to do with it
        ({"AC_002": STORED, "AC_007": ACCEPTED}, ["AC-002", "AC-007"]),
        # the same status for requests that have nothing in common but what passes elsewhere
        ({"AC_003": ("an answer of 404", "200 with {}"), "AC_007": ACCEPTED}, ["AC-003", "AC-007"]),
        # two statuses where one was expected, for the same requests
        (
            {"AC_101": ("an answer of 200", "207 with {}"), "AC_107": ("an answer of 200", "422 with {}")},
            ["AC-101", "AC-107"],
        ),
    ],
)
def test_mistakes_are_told_apart(failing: dict[str, tuple[str, str]], roots: list[str]) -> None:
    found = mistakes(run(**failing))
    assert sorted(mistake.root.case.criterion for mistake in found) == roots
    assert sum(len(mistake.all) for mistake in found) == sum(r.status is Status.FAILED for r in run(**failing))


@pytest.mark.parametrize(
    ("failing", "roots"),
    [
        # what needs a batch follows the criterion about its values
        ({"AC_303": STORED, "AC_308": STORED}, ["AC-303"]),
        # a setup that deletes is relied on by what is to be refused; a request that was not refused has its own cause
        (
            {"AC_404": ("Bakery to be gone", "it is still found"), "AC_403": ("one record", "0 such records")},
            ["AC-404"],
        ),
        ({"AC_404": ("Bakery to be gone", "it is still found"), "AC_403": ACCEPTED}, ["AC-404", "AC-403"]),
    ],
)
def test_what_is_relied_on_is_the_root(failing: dict[str, tuple[str, str]], roots: list[str]) -> None:
    found = mistakes(run("batch", "integrity", **failing))
    assert {mistake.root.case.criterion for mistake in found} == set(roots)


def test_a_request_that_may_be_done_or_refused_relies_on_what_it_does() -> None:
    failing = {"AC_001": ("an answer of 200", "201 with {}"), "S_zzta": ("an answer of 200 or 411", "201 with {}")}
    [found] = mistakes(run("hostile", **failing))
    assert (found.root.case.criterion, found.followers[-1].case.criterion) == ("AC-001", "AC-808")


def test_a_filter_that_is_refused_is_about_filters_wherever_it_is_sent() -> None:
    refused = ("an answer of 200", "400 with {}")
    results = run("records", S_rhjj=refused, S_ntfm=refused, S_68kr=refused)
    exchange = {"method": "GET", "url": "http://h/api/tables/x?name__in=a", "response": {"status": 400}}
    shown = [replace(r, evidence=replace(r.evidence, exchanges=(exchange,))) if r.expected else r for r in results]
    [found] = mistakes(shown)
    assert (found.root.case.criterion, found.why) == ("AC-604", "each is about a list with filters")


def test_what_adds_to_every_write_follows_what_is_wrong_without_it() -> None:
    """A key that is matched in part is a mistake of matching, although the plain scenario of AC-101 passes."""
    other = ("one record in image_metadata", "0")
    [found] = mistakes(run("isolation", S_pz8s=other, S_us9y=other))
    assert (found.root.case.criterion, found.followers[-1].case.criterion) == ("AC-101", "AC-932")


NUMBER = ("an answer with the values that were sent", "amount is '0.1' instead of '0.10'")
MOMENT = ("an answer of 200", "500 with {}")


@pytest.mark.parametrize(
    ("failing", "root"),
    [
        # numbers are what AC-806 is about, wherever they are not kept
        ({"S_gqp9": NUMBER, "S_wqc3": NUMBER}, "AC-806"),
        # an upsert of which no more is asked is plainer than one that updates only some fields
        ({"S_s7au": MOMENT, "S_e5eg": MOMENT}, "AC-205"),
    ],
)
def test_values_that_are_not_kept_are_told_where_they_are_plainest(
    failing: dict[str, tuple[str, str]], root: str
) -> None:
    results = [
        replace(r, evidence=Evidence((*r.steps[:-1], replace(r.steps[-1], state="failed"))))
        if r.status is Status.FAILED
        else r
        for r in run("conflict", "hostile", **failing)
    ]
    assert [mistake.root.case.criterion for mistake in mistakes(results)] == [root]


STAYED = ('Grace\'s status to stay "inactive"', '"active"')
REFUSED = ("an answer of 200", "400 with {}")
STATUS = ("in a table a record with the key", 'status is "inactive" instead of "active"')
UNLISTED = ('the record to be listed where {"name__contains": "a"}', "it is not")


@pytest.mark.parametrize(
    ("failing", "root"),
    [
        # what asks for a list is about the list, a change whose record is looked for in lists is not
        ({"S_68kr": UNLISTED, "S_avss": ("Odd", "an empty list")}, "AC-804"),
        # unless the criterion about lists fails too
        ({"S_avss": ("Odd", "an empty list"), "S_gvdu": ("Odd", "an empty list")}, "AC-604"),
        # what is wrong where fields are chosen is about these, and not about filters
        (
            {"S_qhj2": ("Atlas as it is stored", "name is null"), "S_vkdv": ("just id, name", "id, name, status")},
            "AC-606",
        ),
        ({"S_qhj2": ("Atlas", "a stranger with id null"), "S_vkdv": ("Atlas", "a stranger with id null")}, "AC-606"),
        # children in another order are about the order
        ({"S_fzkh": ("Third, First", "First, Third"), "S_bq6c": ("Bolt, Atlas", "Atlas, Bolt")}, "AC-605"),
        # children that are missing at the second level are missing at the first
        ({"S_9adv": ("'artifacts' in Atlas", "null"), "S_davk": ("'conversations' in Atlas", "null")}, "AC-607"),
        # what an update is to keep is not what it does to the times
        ({"S_ykrg": STAYED, "S_wnkh": STAYED}, "AC-105"),
        # a record that loses its id is not a mistake of matching
        ({"S_4yf2": ("Beach to keep the id '1'", "'2'"), "S_vncp": ("Beach's id to stay '1'", "'2'")}, "AC-103"),
        # what fails in batches only is told by a criterion of batches
        ({"S_b6nb": REFUSED, "S_p82k": REFUSED}, "AC-301"),
        # a parent that is still there is no matter of its children
        (
            {"S_wbuz": ("Budget to be gone from users", "it is"), "S_n4v6": ("Atlas to be gone from users", "it is")},
            "AC-609",
        ),
        # what several criteria send along is the matter of the one that is about it
        ({"S_w5q4": STATUS, "S_hf22": STATUS}, "AC-204"),
    ],
)
def test_the_root_is_about_what_fails(failing: dict[str, tuple[str, str]], root: str) -> None:
    results = run("batch", "conflict", "integrity", "records", "hostile", "transactions", **failing)
    found = mistakes(map(at_what_it_shows, results))
    assert [mistake.root.case.criterion for mistake in found] == [root]


def test_the_root_is_the_same_where_fields_have_other_names() -> None:
    cast = [
        {"table": table, "played_by": "items", "fields": {"created_at": "Made on"}, "absent": []} for table in TABLES
    ]
    failing = ("Ada's Made on to stay 4", "5")
    roots = [[m.root.case.criterion for m in mistakes(run(AC_104=failing, S_p7ab=failing), c)] for c in ([], cast)]
    assert roots == [["AC-002"], ["AC-104"]]


def at_what_it_shows(result: Result) -> Result:
    """The result, failed at the step about children, values or a list, or at the answer."""
    steps = list(result.steps)
    if result.status is Status.FAILED:
        shows = ("in the list", "each value", "the list is", "Grace keeps", "Beach keeps", "these", "the answer is")
        at = next(n for words in shows for n, step in enumerate(steps) if step.text.startswith(words))
        steps[at] = replace(steps[at], state="failed")
    return replace(result, evidence=Evidence(tuple(steps)))


def test_what_is_wrong_in_a_batch_is_told_by_a_criterion_of_batches_first() -> None:
    found = mistakes(run("batch", "conflict", S_94r2=STORED, S_a7zy=("a", "b")))
    assert [mistake.root.case.criterion for mistake in found] == ["AC-301", "AC-212"]


def test_core_comes_first_then_plain_requests_then_what_most_failures_follow() -> None:
    found = mistakes(run("batch", AC_106=("a", "b"), AC_111=("c", "d"), AC_007=ACCEPTED, AC_303=STORED, AC_308=STORED))
    order = [mistake.root.case.criterion for mistake in found]
    assert order == ["AC-007", "AC-111", "AC-106", "AC-303"]
    assert len(found[1].all) > len(found[2].all)


def refused(case_id: str, named: str) -> Result:
    """A create that is refused for a field, which has another value than every other."""
    [case] = [case for case in spec.cases() if case.id == case_id]
    exchange = {
        "method": "POST",
        "request": {"body": '{"fields": {"email": "x", "id": 1, "created_at": "y"}}'},
        "response": {"status": 400, "body": f"{named}: is unknown"},
    }
    failed = result(case, Status.FAILED, "one record", "0 such records")
    return replace(failed, evidence=Evidence(failed.steps, (exchange,)))


@pytest.mark.parametrize(
    ("cases", "root"),
    [
        # what fails in transactions only is told by a criterion of transactions, not by one of core
        (("S-svn3.m9jy", "S-5v3v"), "AC-504"),
        # a large batch that is a setup, by the criterion that is about large batches
        (("S-rehd", "S-ecvf", "S-h3cz", "S-qhbp"), "AC-306"),
    ],
)
def test_a_way_to_write_that_crashes_is_told_where_it_is_plainest(cases: tuple[str, ...], root: str) -> None:
    passed = [r for r in run("batch", "integrity", "records", "transactions") if r.case.id not in cases]
    [found] = mistakes([*passed, *map(crashed, cases)])
    assert (found.root.case.criterion, len(found.all)) == (root, len(cases))


def crashed(case_id: str) -> Result:
    """A scenario whose first write of many records was answered with 500."""
    exchange = {"method": "POST", "request": {"body": "{}"}, "response": {"status": 500, "body": "{}"}}
    failed = result(spec.case(case_id), Status.FAILED, "an answer of 200", "500 with {}")
    steps = list(failed.steps)
    at = next(n for n, step in enumerate(steps) if "numbered" in step.text or step.text.startswith("the answer"))
    steps[at] = replace(steps[at], state="failed")
    return replace(failed, evidence=Evidence(tuple(steps), (exchange,)))


@pytest.mark.parametrize(
    ("sent", "answer", "names"),
    [
        ('{"stock": 37}', '{"loc": ["body", "stock"], "input": {"stock": 37}}', {"stock"}),
        ('{"stock": 37}', '{"loc": ["body", "name"], "input": {"stock":37}}', set()),
        ('{"items": [{"a": 1, "b": "x y"}]}', '{"row": {"a":1,"b":"x y"}, "errors": {"b": ["is taken"]}}', {"b"}),
    ],
)
def test_what_a_refusal_repeats_of_the_request_names_nothing(sent: str, answer: str, names: set[str]) -> None:
    assert _named({"request": {"body": sent}, "response": {"body": answer}}) == names


def test_a_refusal_may_have_its_status_in_the_body() -> None:
    said = {"actual": "0 such records; the request was answered with 422 {}"}
    refusals = [replace(refused(ident, name), **said) for ident, name in (("S-hwem", "id"), ("S-yqdg", "created_at"))]
    for each in refusals:
        each.exchanges[0]["response"]["status"] = 200
    passed = [r for r in run() if r.case.criterion not in ("AC-011", "AC-101")]
    assert len(mistakes([*passed, *refusals])) == 2


@pytest.mark.parametrize(("named", "findings"), [(("id", "id"), 1), (("id", "created_at"), 2)])
def test_refusals_that_name_one_field_are_of_one_mistake(named: tuple[str, str], findings: int) -> None:
    passed = [r for r in run() if r.case.criterion not in ("AC-011", "AC-101")]
    assert len(mistakes([*passed, refused("S-hwem", named[0]), refused("S-yqdg", named[1])])) == findings


def test_what_is_put_to_a_finding_for_its_criterion_alone_draws_nothing_to_it() -> None:
    """AC-007 follows AC-003 in no way but by a second failure of AC-003 that is another mistake."""
    cases = {criterion: [c for c in spec.cases() if c.criterion == criterion] for criterion in ("AC-003", "AC-007")}
    one, other = cases["AC-003"][:2]
    failed = [
        result(one, Status.FAILED, "an answer of 404", "200 with {}"),
        result(other, Status.FAILED, "an answer of 404", "500 with {}"),
        result(cases["AC-007"][0], Status.FAILED, "an answer of 400", "500 with {}"),
    ]
    found = mistakes(failed)
    assert [len(mistake.all) for mistake in found] == [2, 1]


def test_the_terminal_tells_the_root_and_counts_what_follows() -> None:
    out = io.StringIO()
    terminal.failures(run(AC_002=STORED, AC_103=STORED, AC_104=STORED), out)
    assert out.getvalue().count("MUST failed") == 1
    assert "AC-002 MUST failed" in out.getvalue()
    assert "AC-103, AC-104: each needs an upsert that updates" in out.getvalue()


def test_a_known_failure_is_a_finding_of_its_own() -> None:
    results = run(AC_002=STORED)
    known = [result(r.case, Status.KNOWN_FAILURE) if r.case.criterion == "AC-103" else r for r in results]
    assert {m.root.case.criterion for m in mistakes(known)} == {"AC-002"}
    raw = [{"id": r.case.id, "status": r.status.value, "criterion": r.case.criterion} for r in known]
    listed = in_document({"results": raw, "findings": [m.as_dict() for m in mistakes(known)]})
    assert {root["criterion"] for root, _, _ in listed} == {"AC-002", "AC-103"}

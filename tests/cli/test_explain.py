"""`sfb-audit explain`: what a change board asks, answered from the audit of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.audit import Audit, ComparedEntry
from reports.audit_json import write_audit
from tests.cli.command import Ended, sfb_audit
from tests.reports.sample import hostile, sample


@pytest.fixture
def run(tmp_path: Path) -> Path:
    write_audit(sample(), tmp_path / "audit.json")
    return tmp_path


def _explain(
    capsys: pytest.CaptureFixture[str], run: Path, *arguments: str, width: int = 200
) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        return sfb_audit(capsys, "explain", *arguments, "--run", run)


def test_each_finding_is_told_with_all_that_it_rests_on(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    finding = next(f for f in audit.findings if f.status == "fail")
    told = _explain(capsys, run, finding.subject)
    assert told.code == 0
    words = [finding.rule, finding.title, finding.observed, finding.required, finding.reason]
    words += [finding.remediation, *(s.title for s in finding.source)]
    words += [entry.value for entry in finding.evidence]
    for word in words:
        assert " ".join(word.split()) in " ".join(told.out.split())


def test_what_is_compared_stands_in_columns(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    at = next(n for n, f in enumerate(audit.findings) if f.status == "fail")
    rows = (
        ComparedEntry(name="Core Components", observed="1.2", required="1.10", note="decides"),
        ComparedEntry(name="Web", observed="1.10.3", required="not known", note="nobody knows"),
    )
    compared = audit.findings[at].model_copy(update={"compared": rows})
    findings = (*audit.findings[:at], compared, *audit.findings[at + 1 :])
    write_audit(audit.model_copy(update={"findings": findings}), run / "audit.json")
    told = _explain(capsys, run, compared.subject, "--rule", compared.rule)
    assert "Core Components  1.2     1.10       decides" in told.out
    assert "Web              1.10.3  not known  nobody knows" in told.out


@pytest.mark.parametrize("change", [str.upper, lambda name: name.partition(".")[0]])
def test_a_server_goes_by_either_name_in_any_case(
    run: Path, capsys: pytest.CaptureFixture[str], change: type[str]
) -> None:
    fqdn = sample().servers[0].fqdn
    assert _explain(capsys, run, change(fqdn)).out.startswith(f"{fqdn}: ")


def test_a_pool_lists_its_servers(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pool = next(p for p in sample().pools if len(p.servers) > 1)
    told = _explain(capsys, run, pool.fqdn)
    assert all(fqdn in told.out for fqdn in pool.servers)


def test_a_scenario_tells_its_evidence_and_path(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = sample()
    scenario = next(s for s in audit.scenarios if s.pools)
    told = _explain(capsys, run, scenario.key)
    assert scenario.title in told.out
    assert scenario.evidence in told.out
    assert all(s.fqdn in told.out for s in audit.servers if s.pool in scenario.pools)


def test_one_rule_alone(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    finding = next(f for f in audit.findings if f.status == "fail")
    others = {f.rule for f in audit.findings if f.subject == finding.subject} - {finding.rule}
    told = _explain(capsys, run, finding.subject, "--rule", finding.rule.lower())
    assert finding.rule in told.out
    assert others
    assert not [rule for rule in others if f"  {rule}  " in told.out]


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("nobody", "SUBJECT-UNKNOWN", "servers and pools go by their FQDN"),
        ("medd01.contoso.com", "SUBJECT-UNKNOWN", "Did you mean med01.contoso.com"),
    ],
)
def test_a_name_that_means_nothing(
    run: Path, capsys: pytest.CaptureFixture[str], name: str, code: str, words: str
) -> None:
    told = _explain(capsys, run, name)
    assert (told.code, told.out) == (2, "")
    assert f"error {code}" in told.err
    assert words in told.err


def test_a_host_name_of_several_servers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = sample()
    twin = audit.servers[0].model_copy(
        update={"fqdn": audit.servers[0].fqdn.replace("contoso", "fabrikam")}
    )
    write_audit(audit.model_copy(update={"servers": (*audit.servers, twin)}), tmp_path / "a.json")
    told = _explain(capsys, tmp_path / "a.json", twin.fqdn.partition(".")[0])
    assert told.code == 2
    assert "SUBJECT-AMBIGUOUS" in told.err
    assert twin.fqdn in told.err


def test_no_run_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _explain(capsys, tmp_path, "fe01")
    assert (told.code, "AUDIT-NOT-READ" in told.err) == (2, True)


def test_what_a_server_said_cannot_act_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit: Audit = hostile()
    write_audit(audit, tmp_path / "audit.json")
    for server in audit.servers:
        told = _explain(capsys, tmp_path, server.fqdn)
        assert not [sign for sign in "\x1b\x07\x9b\u202e\x00" if sign in told.out]

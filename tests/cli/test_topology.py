"""`sfb-audit topology FILE`: the estate of a document, as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import ExitCode
from tests.cli.command import sfb_audit
from tests.estate.topology_text import Box, Document, On, saved, whole_estate

Capture = pytest.CaptureFixture[str]

SHOWN = (
    "contoso.com, from topology topology.xml",
    "2 sites, 13 pools; 11 servers in 9 pools take cumulative updates, 4 other machines",
    "Site Tokyo",
    "Branch site Nara, of Tokyo",
    (
        "pool01.contoso.com is Enterprise product Skype for Business Server 2015 (service version "
        "7) CMS hosts the Central Management service servers fe01.contoso.com upgrade U1, fault F1"
    ),
    "SQL sql01.contoso.com: users; AlwaysOn, primary node node1.contoso.com",
    "SQL on its own machines, instance rtc: users",
    (
        "Skype for Business Server 2015 (service version 7): CentralMgmt Lync Server 2013 (service "
        "version 6): UserServices, Registrar"
    ),
    "sbc01.contoso.com is PSTN gateway; takes no cumulative updates",
    "registrar pool01.contoso.com",
    "gateways sbc01.contoso.com",
    "next hop director.contoso.com",
    "Federation route edgepool.contoso.com, named by pool01.contoso.com",
    "Read with care - owa01 is named without a domain.",
)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("document", [whole_estate(), saved(whole_estate())])
def test_the_whole_picture_at_any_width(
    width: int,
    document: Document,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    ended = sfb_audit(capsys, "topology", document.written(tmp_path))
    assert (ended.code, ended.err) == (ExitCode.READY, "")
    assert max(len(line) for line in ended.out.splitlines()) <= width
    flat = " ".join(ended.out.split()).replace(
        "Read with care - Topology Builder", "- Topology Builder"
    )
    for said in SHOWN[:-1]:
        assert said in flat
    assert "- owa01 is named without a domain." in flat
    assert ("Topology Builder saved this file" in flat) is (document != whole_estate())


def test_a_branch_follows_its_central_site(tmp_path: Path, capsys: Capture) -> None:
    sites = (
        '<CentralSite SiteId="1"><Name>Tokyo</Name></CentralSite>'
        '<CentralSite SiteId="3"><Name>Osaka</Name></CentralSite>'
        '<RemoteSite SiteId="2" CentralSiteId="1"><Name>Nara</Name></RemoteSite>'
    )
    path = Document([Box("1", "x.contoso.com")], [], sites).written(tmp_path)
    out = sfb_audit(capsys, "topology", path).out
    assert out.index("Site Tokyo") < out.index("Branch site Nara") < out.index("Site Osaka")


def test_what_is_not_known_is_said(tmp_path: Path, capsys: Capture) -> None:
    path = Document(
        [Box("1", "e1.contoso.com"), Box("2", "e2.contoso.com"), Box("3", "y", site="9")],
        [On("EdgeServer", "1", version="42"), On("EdgeServer", "2", version="none")],
    ).written(tmp_path)
    flat = " ".join(sfb_audit(capsys, "topology", path).out.split())
    for said in (
        "product service version 42, which is not known",
        "product not stated",
        "next hop not known",
        "y is Unknown pool",
        "Site unknown",
        (
            "Federation route not stated by any site, so each of these counts "
            "e1.contoso.com e2.contoso.com"
        ),
    ):
        assert said in flat


def test_hostile_text_is_text(tmp_path: Path, capsys: Capture) -> None:
    name = "[red]To[/red]&#x202e;kyo [link=http://x]"
    sites = f'<CentralSite SiteId="1"><Name>{name}</Name></CentralSite>'
    services = [On("[bold]Role", "1")]
    path = Document([Box("1", "x.contoso.com")], services, sites).written(tmp_path)
    out = sfb_audit(capsys, "topology", path).out
    assert r"Site [red]To[/red]\u202ekyo [link=http://x]" in out
    assert "it runs [bold]Role" in out
    assert "\x1b" not in out


def test_another_file_is_refused(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "topology.xml"
    path.write_text("<html></html>", "utf-8")
    ended = sfb_audit(capsys, "topology", path)
    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert "error TOPOLOGY-HTML" in ended.err
    assert "Get-CsTopology -AsXml" in ended.err


@pytest.mark.realdata
@pytest.mark.parametrize("width", [80, 120, 200])
def test_every_document_of_the_field_is_shown(
    realdata: Path, width: int, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for path in sorted((realdata / "topology").iterdir()):
        ended = sfb_audit(capsys, "topology", path)
        assert ended.code == ExitCode.READY
        assert "Skype for Business Server 2015" in ended.out
        assert max(len(line) for line in ended.out.splitlines()) <= width

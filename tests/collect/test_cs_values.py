"""Values of deserialised objects, from CLIXML as servers send it, read as the snippets do."""

from __future__ import annotations

import pytest
from pypsrp.serializer import Serializer

from auditor.collect.cs_commands import Kind
from auditor.collect.cs_values import document_of, field_of, items_of, property_of, text_of

PROVIDER = """<Obj RefId="0">
<TN RefId="0"><T>Deserialized.Rtc.Edge.DisplayHostingProvider</T><T>System.Object</T></TN>
<ToString>Identity=Office365</ToString>
<Props>
 <S N="Identity">Office365</S><B N="Enabled">true</B><Nil N="AutodiscoverUrl" />
 <Obj N="VerificationLevel" RefId="1">
  <TN RefId="1"><T>Deserialized.Rtc.Level</T><T>Deserialized.System.Enum</T>
  <T>Deserialized.System.ValueType</T><T>Deserialized.System.Object</T></TN>
  <ToString>UseSourceVerification</ToString><I32>1</I32></Obj>
 <I32 N="Count">4</I32><S N="Word">False</S><URI N="Address">https://contoso.com/</URI>
 <DT N="When">2018-09-01T13:00:00.1234567+02:00</DT>
 <DT N="Unspecified">2018-09-01T13:00:00</DT>
 <Obj N="Services" RefId="2"><TN RefId="2">
  <T>System.Collections.Generic.List`1[[System.String, mscorlib]]</T><T>System.Object</T></TN>
  <LST><S>Registrar:pool01.contoso.com</S><S>UserServer:x</S><Nil /></LST></Obj>
 <Obj N="Computers" RefId="3">
  <TN RefId="3"><T>Rtc.OwnList</T><T>System.Object</T></TN>
  <LST><S>fe01.contoso.com</S><Obj RefId="4"><ToString>fe02.contoso.com</ToString></Obj></LST>
 </Obj>
 <Obj N="Many" RefId="5">
  <TN RefId="4"><T>System.String[]</T><T>System.Array</T><T>System.Object</T></TN>
  <LST><S>a</S><S>b</S></LST></Obj>
</Props>
<MS>
 <S N="PSComputerName">fe01.contoso.com</S>
 <Obj N="Wrapped" RefId="6"><S>inner</S><MS><S N="x">y</S></MS></Obj>
</MS>
</Obj>"""
FOUND = Serializer().deserialize(PROVIDER)

CASES = [
    ("Identity", Kind.TEXT, "Office365"),
    ("identity", Kind.TEXT, "Office365"),
    ("AutodiscoverUrl", Kind.TEXT, None),
    ("Absent", Kind.TEXT, None),
    ("VerificationLevel", Kind.TEXT, "UseSourceVerification"),
    ("Enabled", Kind.FLAG, True),
    ("Enabled", Kind.TEXT, "True"),
    ("Word", Kind.FLAG, False),
    ("Identity", Kind.FLAG, None),
    ("AutodiscoverUrl", Kind.FLAG, None),
    ("Count", Kind.NUMBER, 4),
    ("Identity", Kind.NUMBER, None),
    ("When", Kind.INSTANT, "2018-09-01T13:00:00.1234567+02:00"),
    ("Unspecified", Kind.INSTANT, None),
    ("Count", Kind.INSTANT, None),
    ("Services", Kind.TEXTS, ["Registrar:pool01.contoso.com", "UserServer:x"]),
    ("Computers", Kind.TEXTS, ["fe01.contoso.com", "fe02.contoso.com"]),
    ("Many", Kind.TEXTS, ["a", "b"]),
    ("Many", Kind.TEXT, "a b"),
    ("Identity", Kind.TEXTS, ["Office365"]),
    ("AutodiscoverUrl", Kind.TEXTS, []),
    ("Wrapped", Kind.TEXT, "inner"),
    ("PSComputerName", Kind.TEXT, "fe01.contoso.com"),
    ("", Kind.SHOWN, "Identity=Office365"),
    ("Address", Kind.TOKEN_ADDRESS, "https://contoso.com/"),
    ("Identity", Kind.TOKEN_ADDRESS, None),
    ("Identity", Kind.TOKEN_SERVICE, False),
    ("AutodiscoverUrl", Kind.TOKEN_SERVICE, False),
]


@pytest.mark.parametrize(("name", "kind", "value"), CASES)
def test_a_property(name: str, kind: Kind, value: object) -> None:
    assert field_of(FOUND, name, kind) == value


@pytest.mark.parametrize("value", [None, 3, "text", [1, 2], True, object()])
def test_what_is_no_object_has_no_properties(value: object) -> None:
    assert property_of(value, "Identity") is None


def test_texts_are_cut() -> None:
    assert text_of("x" * 10_000_000) == "x" * 500
    listed = "<S>a</S>" * 900
    many = Serializer().deserialize(
        f'<Obj RefId="0"><TN RefId="0"><T>System.Object[]</T></TN><LST>{listed}</LST></Obj>'
    )
    assert len(items_of(many)) == 900
    assert len(text_of(many) or "") < 500


OBJECT = '<Obj RefId="0"><TN RefId="0">'
ESCAPED = '&lt;Topology a="1"/&gt;'


OBJECT = '<Obj RefId="0"><TN RefId="0">'
ESCAPED = '&lt;Topology a="1"/&gt;'


@pytest.mark.parametrize(
    "clixml",
    [
        f"<XD>{ESCAPED}</XD>",
        f"<S>{ESCAPED}</S>",
        f"{OBJECT}<T>System.Xml.XmlDocument</T></TN><XD>{ESCAPED}</XD></Obj>",
        f'{OBJECT}<T>System.Object</T></TN><Props><S N="OuterXml">{ESCAPED}</S></Props></Obj>',
    ],
    ids=["document", "text", "wrapped document", "property"],
)
def test_a_document_in_each_of_its_forms(clixml: str) -> None:
    assert document_of(Serializer().deserialize(clixml)) == '<Topology a="1"/>'


def test_a_document_of_another_kind_is_no_document() -> None:
    assert document_of(FOUND) == "Identity=Office365"
    assert document_of(None) == "None"

"""What does not fit together in an estate file some of whose keys or values are wrong already.

Nothing is guessed: of a table with a mistake of its own nothing more is told, and nothing at all
where a whole table was not understood, or where a topology or a list says what the servers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.estate.checks import broken_links, listed_twice
from auditor.estate.estate_document import EstateDocument
from auditor.estate.estate_tables import credentials_of, written_estate, zones_of
from auditor.mistakes import mended

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_BY_NAME = ("zones", "credentials")


def certain_problems(
    raw: Mapping[str, Any], errors: Sequence[ErrorDetails], folder: Path
) -> list[str]:
    """The problems beside `errors` that stay, however these are mended."""
    places = [[part for part in error["loc"] if part != "[key]"] for error in errors]
    if any(len(place) < (3 if place[0] in _BY_NAME else 2) for place in places):
        return []
    rest = mended(EstateDocument, raw, errors, {})
    if rest is None:
        return []
    document = EstateDocument.model_validate(rest)
    if document.estate.topology or document.estate.servers_csv:
        return []
    problems: list[str] = []
    zones_of(document, credentials_of(document, folder, problems), folder, problems)
    estate = written_estate(document, "", problems)
    problems += [*broken_links(estate), *listed_twice(estate)]
    doubtful = tuple(_begins(document, places))
    return [problem for problem in problems if not problem.startswith(doubtful)]


def _begins(document: EstateDocument, places: Sequence[Sequence[int | str]]) -> Iterator[str]:
    """How problems of the tables at `places` begin."""
    for table, which, *_ in places:
        if table in _BY_NAME:
            yield f"{table}.{which}"
        elif table == "pools" and isinstance(which, int):
            yield f"pool {document.pools[which].fqdn}:"
        elif table == "sites" and isinstance(which, int):
            yield f"site {document.sites[which].name}:"

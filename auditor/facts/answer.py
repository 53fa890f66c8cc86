"""From the JSON text that a server returned to a `Reading`.

The text comes from a machine that may be broken or hostile: its size, depth, numbers, keys
and types are checked before a value becomes a fact. A broken envelope is an `AnswerError`;
a broken family is that family's error and takes no other with it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from auditor.facts.estate.families import ESTATE_FAMILIES
from auditor.facts.families import BROKEN, FAMILIES, Family, FamilyError, FamilyResult
from auditor.facts.fields import AnswerError, Fields, clean
from auditor.facts.reading import Reach, ReachState, Reading, is_address, other_domain

__all__ = ["SCHEMA", "AnswerError", "decode_answer", "parse_answer"]

SCHEMA = 1
MAX_CHARACTERS = 2 * 1024 * 1024
MAX_ESTATE_CHARACTERS = 64 * 1024 * 1024  # a topology of 16 million, of which many are escaped
MAX_DEPTH = 12
MAX_DIGITS = 20
NETBIOS_LENGTH = 15


def decode_answer(
    text: str,
    *,
    fqdn: str,
    started: datetime | None,
    finished: datetime | None,
    origin: str = "winrm",
    limit: int = MAX_CHARACTERS,
    asked: Collection[str] | None = None,
) -> Reading:
    """The reading of the server that was asked as `fqdn` between `started` and `finished` (UTC).

    A computer that answers under another name than `fqdn` is not judged as `fqdn`: its
    reading has `ReachState.ANSWER` and no families. Raises AnswerError where `text` is not
    an answer of this schema, or longer than `limit` (MAX_ESTATE_CHARACTERS for the estate's
    script). Families that are not among those `asked` are left out, and a note says so: one
    server must not volunteer what is judged of the whole estate.
    """
    return read_envelope(
        parse_answer(text, limit),
        fqdn=fqdn,
        started=started,
        finished=finished,
        origin=origin,
        asked=asked,
    )


def parse_answer(text: str, limit: int = MAX_CHARACTERS) -> Fields:
    """The outermost object of an answer of at most `limit` characters; AnswerError otherwise.

    A long one is long by its texts: of values it has no more than a short one could have.
    """
    if len(text) > limit:
        raise AnswerError("", f"longer than {limit} characters")
    if len(text) > MAX_CHARACTERS and sum(map(text.count, "[{,")) > MAX_CHARACTERS:
        raise AnswerError("", f"more than {MAX_CHARACTERS} values")
    try:
        value = json.loads(
            text.strip("\ufeff \t\r\n\0"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise AnswerError("", f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise AnswerError("", f"nested deeper than {MAX_DEPTH}") from None
    _check_depth(value)
    answer = Fields.of(value, "")
    if answer.integer("schema", 0, 2**31) != SCHEMA:
        raise AnswerError(
            "schema", f"is {answer.raw['schema']}; this program reads schema {SCHEMA}"
        )
    return answer


def read_envelope(
    answer: Fields,
    *,
    fqdn: str,
    started: datetime | None,
    finished: datetime | None,
    origin: str,
    asked: Collection[str] | None = None,
) -> Reading:
    """As `decode_answer`, from what `parse_answer` returned."""
    collected = answer.instant("collected_utc")
    computer_name = answer.text("computer_name", limit=255)
    domain = answer.optional_text("domain", limit=255) or None
    families = Fields(answer.fields("families").raw)
    known = _same_computer(fqdn, computer_name)
    unasked = [] if asked is None else sorted(set(families.raw).difference(asked))
    wanted = {key: told for key, told in families.raw.items() if key not in unasked}
    families = Fields(wanted, families.path)
    return Reading(
        fqdn=fqdn,
        reach=_READ if known else _other_computer(fqdn, computer_name),
        families=_families(families, collected) if known else (),
        computer_name=computer_name,
        domain=domain,
        ps_version=answer.optional_text("ps_version", limit=100),
        collector=answer.optional_text("collector", limit=100),
        origin=origin,
        started=started,
        finished=finished,
        collected=collected,
        clock_skew=_skew(collected, started, finished),
        notes=(*_notes(fqdn, domain), *_volunteered(unasked)) if known else (),
    )


_READ = Reach(ReachState.READ, "The server answered.")


def _other_computer(fqdn: str, computer_name: str) -> Reach:
    return Reach(
        ReachState.ANSWER,
        f"Another computer answered: it calls itself {computer_name!r}, not {fqdn!r}.",
        "Check DNS and any load balancer in between, and list each server under its own name "
        "(an address to reach it by can stand beside the name).",
    )


def _same_computer(fqdn: str, computer_name: str) -> bool:
    """Whether a computer of this name may be `fqdn`; an address says nothing about names."""
    if is_address(fqdn):
        return True
    asked, told = (name.partition(".")[0].casefold() for name in (fqdn, computer_name))
    return told in {asked, asked[:NETBIOS_LENGTH]}


def _notes(fqdn: str, domain: str | None) -> tuple[str, ...]:
    if other_domain(fqdn, domain) is None:
        return ()
    return (f"The server's own DNS suffix is {domain!r}, not {fqdn.partition('.')[2]!r}.",)


def _volunteered(families: list[str]) -> tuple[str, ...]:
    if not families:
        return ()
    named = clean(", ".join(families))[:200]
    return (f"It told what nobody asked for, which was left out: {named}.",)


def _skew(
    collected: datetime, started: datetime | None, finished: datetime | None
) -> timedelta | None:
    if started is None or finished is None:
        return None
    return collected - (started + (finished - started) / 2)


def _families(answers: Fields, when: datetime) -> tuple[FamilyResult, ...]:
    known = (*FAMILIES, *ESTATE_FAMILIES)
    return tuple(_family(each, answers, when) for each in known if each.key in answers.raw)


def _family(family: Family, answers: Fields, when: datetime) -> FamilyResult:
    facts, error, milliseconds = None, None, None
    try:
        result = answers.fields(family.key)
        milliseconds = result.optional_integer("ms", 0, 2**31)
        if result.flag("ok"):
            facts = _decoded(family, result.fields("data"))
        else:
            error = _told_error(result.fields("error"))
    except AnswerError as broken:
        error = FamilyError(BROKEN, broken.message, broken.path)
    return FamilyResult(family.key, facts, error, when, milliseconds)


def _decoded(family: Family, data: Fields) -> object:
    try:
        return family.decode(data.raw)
    except AnswerError as broken:
        path = f"{family.key}.{broken.path}" if broken.path else family.key
        raise AnswerError(path, broken.message) from None


def _told_error(error: Fields) -> FamilyError:
    return FamilyError(
        kind=error.text("type"),
        message=error.text("message"),
        category=error.optional_text("category") or "",
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise AnswerError("", f"the key {clean(name)[:60]!r} appears twice in one object")
        found[name] = value
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise AnswerError("", f"a number of {len(digits)} digits")
    return int(digits)


def _constant(word: str) -> object:
    raise AnswerError("", f"{word} is not a number")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise AnswerError("", f"nested deeper than {MAX_DEPTH}")

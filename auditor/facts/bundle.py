"""Bundles: a server's answer in a file, from the offline collector or from a saved run.

A saved run adds one key, `runner`: which server was asked (`target`), when (`started`,
`finished`), and by which way (`origin`). A server that did not answer is saved as a record
with that key alone, with its `reach`, so that no server is lost when a run is judged again.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from auditor.errors import UsageError
from auditor.facts.answer import MAX_CHARACTERS, SCHEMA, parse_answer, read_envelope
from auditor.facts.fields import AnswerError, Fields
from auditor.facts.reading import Reach, ReachState, Reading

CODE = "BUNDLE"
MAX_BYTES = 8 * MAX_CHARACTERS  # an escaped character takes six


def read_bundle(path: Path) -> Reading:
    """The reading in `path`; UsageError (code BUNDLE) where it is no bundle of this schema.

    Text may be UTF-8 or UTF-16 with a byte order mark, as PowerShell writes either. Without
    `runner` the server is called what it calls itself, and its clock skew is not known.
    """
    try:
        answer = parse_answer(_text(path), limit=MAX_BYTES)
        if "runner" not in answer.raw:
            return _offline(answer)
        runner = answer.fields("runner")
        return _unread(runner) if "reach" in runner.raw else _saved(answer, runner)
    except AnswerError as error:
        raise _refusal(path, error) from None


def read_bundles(paths: Iterable[Path]) -> dict[str, Reading]:
    """The readings in `paths` by server, in that order; UsageError where two are of one server."""
    readings: dict[str, Reading] = {}
    found: dict[str, Path] = {}
    for path in paths:
        reading = read_bundle(path)
        if reading.fqdn in found:
            raise UsageError(
                CODE,
                f"{found[reading.fqdn]} and {path} are both of {reading.fqdn}",
                "Give one bundle for each server.",
            )
        found[reading.fqdn] = path
        readings[reading.fqdn] = reading
    return readings


def bundle_text(reading: Reading, answer: str | None) -> str:
    """What to save for `reading`; `answer` is the text that it was decoded from, if there is one.

    From it `read_bundle` makes the same reading again; of a server that did not answer it
    keeps the name, the instants and the reason.
    """
    runner: dict[str, object] = {
        "target": reading.fqdn,
        "started": _iso(reading.started),
        "finished": _iso(reading.finished),
        "origin": reading.origin,
    }
    if answer is not None and reading.reach.state is ReachState.READ:
        return _json({**parse_answer(answer).raw, "runner": runner})
    runner["reach"] = {
        "state": reading.reach.state.value,
        "sentence": reading.reach.sentence,
        "hint": reading.reach.hint,
        "detail": reading.reach.detail,
    }
    return _json({"schema": SCHEMA, "runner": runner})


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(CODE, f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise UsageError(CODE, f"{path} is larger than any bundle ({MAX_BYTES} bytes)")
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            CODE,
            f"{path} is not a bundle: neither UTF-8 nor UTF-16 text",
            "Give the JSON files that the collector wrote.",
        ) from None


def _offline(answer: Fields) -> Reading:
    name = answer.text("computer_name", limit=255)
    domain = answer.optional_text("domain", limit=255)
    fqdn = f"{name}.{domain}" if domain else name
    return read_envelope(answer, fqdn=fqdn.lower(), started=None, finished=None, origin="bundle")


def _saved(answer: Fields, runner: Fields) -> Reading:
    return read_envelope(
        answer,
        fqdn=runner.text("target", limit=255).lower(),
        started=runner.optional_instant("started"),
        finished=runner.optional_instant("finished"),
        origin=runner.text("origin", limit=20),
    )


def _unread(runner: Fields) -> Reading:
    reach = runner.fields("reach")
    states = [state.value for state in ReachState if state is not ReachState.READ]
    return Reading(
        fqdn=runner.text("target", limit=255).lower(),
        reach=Reach(
            ReachState(reach.choice("state", *states)),
            reach.text("sentence", limit=5000),
            reach.optional_text("hint", limit=5000) or "",
            reach.optional_text("detail", limit=50_000) or "",
        ),
        origin=runner.text("origin", limit=20),
        started=runner.optional_instant("started"),
        finished=runner.optional_instant("finished"),
    )


def _refusal(path: Path, error: AnswerError) -> UsageError:
    if error.path == "schema":
        hint = "Collect the server again with this version, or use the version that wrote it."
    else:
        hint = "Give the JSON files that the collector wrote, whole and unchanged."
    return UsageError(CODE, f"{path} is not a bundle that this program reads: {error}", hint)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()

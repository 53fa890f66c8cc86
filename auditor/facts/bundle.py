"""Bundles: a server's answer in a file, from the offline collector or from a saved run.

Each ends its JSON with `sha256`, the check sum of the text without it, so that a file that was
cut or changed is noticed. Who wrote a file, nobody can say.

A saved run adds one key, `runner`: which server was asked (`target`), when (`started`,
`finished`), and by which way (`origin`). A server that did not answer is saved as a record
with that key alone, with its `reach`, so that no server is lost when a run is judged again.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from auditor.errors import UsageError
from auditor.facts.answer import MAX_ESTATE_CHARACTERS, SCHEMA, parse_answer, read_envelope
from auditor.facts.families import FAMILIES
from auditor.facts.fields import AnswerError, Fields
from auditor.facts.reading import Reach, ReachState, Reading

CODE = "BUNDLE"
_WANTED = "Name the JSON files that the collector or a run wrote, or a folder of them."
CARRIED = "bundle"  # the origin of what nobody asked for over the network
ORIGINS = ("winrm", "ocspowershell", CARRIED)  # the ways on which a server is asked, and that one
_CHECK_SUM = re.compile(r',"sha256":"([0-9a-f]{64})"\}\Z')
MAX_BYTES = 2 * MAX_ESTATE_CHARACTERS


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file's reading, and the answer as `bundle_text` takes it; None for one without."""

    path: Path
    reading: Reading
    answer: str | None


def read_bundle(path: Path) -> Reading:
    """The reading in `path`; see `open_bundle`."""
    return open_bundle(path).reading


def open_bundle(path: Path) -> Bundle:
    """The bundle in `path`; UsageError (code BUNDLE) where it is no whole one of this schema.

    Text may be UTF-8 or UTF-16 with a byte order mark, as PowerShell writes either. Without
    `runner` the server is called what it calls itself, and its clock skew is not known.
    """
    text, checked = _checked(path, _text(path))
    try:
        answer = parse_answer(text, limit=MAX_BYTES)
        if "runner" not in answer.raw:
            return Bundle(path, _offline(answer, checked=checked), text)
        runner = answer.fields("runner")
        if "reach" in runner.raw:
            return Bundle(path, _unread(runner), None)
        return Bundle(path, _saved(answer, runner, checked=checked), text)
    except AnswerError as error:
        raise _refusal(path, text, error) from None


def was_asked(path: Path, suffix: str) -> bool:
    """Whether `path` is FQDN`suffix`, and in it what this program got by asking that server.

    False for what somebody carried there, and for what cannot be read.
    """
    try:
        reading = open_bundle(path).reading
    except UsageError:
        return False
    return reading.origin != CARRIED and path.name == f"{reading.fqdn}{suffix}"


def bundles_in(paths: Iterable[Path]) -> list[Path]:
    """The paths, each folder replaced by the bundles in it; UsageError for one without any."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.facts.json")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(
                CODE, f"{path} holds no bundle.", "Bundles are called HOST.facts.json."
            )
        found += inside
    return found


def taken_for(bundle: Bundle, fqdn: str) -> Bundle:
    """The bundle as one of the estate's server `fqdn`, which it names without a domain."""
    note = f"The file names the computer {bundle.reading.fqdn} without a domain."
    reading = replace(bundle.reading, fqdn=fqdn, notes=(*bundle.reading.notes, note))
    return replace(bundle, reading=reading)


def as_carried(bundle: Bundle) -> Bundle:
    """The bundle as one that came by hand, whatever it says of itself."""
    return replace(bundle, reading=replace(bundle.reading, origin=CARRIED, clock_skew=None))


def as_kept(bundle: Bundle) -> Bundle:
    """The bundle as one of which a file alone says that the server was asked."""
    reading = bundle.reading
    if reading.origin == CARRIED or reading.reach.state is not ReachState.READ:
        return bundle
    reach = replace(reading.reach, sentence="The server answered, according to the file of a run.")
    return replace(bundle, reading=replace(reading, reach=reach))


def _checked(path: Path, text: str) -> tuple[str, bool]:
    """The answer without its check sum, and whether it had one; UsageError for a wrong one."""
    text = text.rstrip()
    found = _CHECK_SUM.search(text)
    if found is None:
        return text, False
    answer = text[: found.start()] + "}"
    if _sum_of(answer) != found[1]:
        raise UsageError(
            CODE,
            f"{path} was changed after it was written: its check sum does not fit.",
            "Copy it again from where it was written, as a binary file, or collect again.",
        )
    return answer, True


def read_bundles(paths: Iterable[Path]) -> dict[str, Reading]:
    """The readings in `paths` by server, in that order; UsageError where two are of one server."""
    return {name: bundle.reading for name, bundle in open_bundles(paths).items()}


def open_bundles(paths: Iterable[Path]) -> dict[str, Bundle]:
    """The bundles in `paths` by server, in that order; UsageError where two are of one server."""
    return by_server(open_bundle(path) for path in bundles_in(paths))


def by_server(bundles: Iterable[Bundle]) -> dict[str, Bundle]:
    """The bundles by server; UsageError where two are of one server."""
    found: dict[str, Bundle] = {}
    for bundle in bundles:
        name = bundle.reading.fqdn
        if name in found:
            raise UsageError(
                CODE,
                f"{found[name].path} and {bundle.path} are both of {name}",
                "Give one bundle for each server.",
            )
        found[name] = bundle
    return found


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
        told = parse_answer(answer, limit=MAX_BYTES)
        kept = {result.family for result in reading.families}
        families = {k: v for k, v in told.fields("families").raw.items() if k in kept}
        return _json({**told.raw, "families": families, "runner": runner})
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
        raise UsageError(CODE, f"{path} cannot be read: {error.strerror}.", _WANTED) from None
    if len(raw) > MAX_BYTES:
        raise UsageError(CODE, f"{path} is larger than any bundle ({MAX_BYTES} bytes).", _WANTED)
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            CODE,
            f"{path} is not a bundle: neither UTF-8 nor UTF-16 text.",
            _WANTED,
        ) from None


def _offline(answer: Fields, *, checked: bool) -> Reading:
    name = answer.text("computer_name", limit=255)
    domain = answer.optional_text("domain", limit=255)
    fqdn = f"{name}.{domain}" if domain else name
    # No script reads a server and the estate at once: what does is nobody's answer.
    of_servers = {family.key for family in FAMILIES}
    mixed = not of_servers.isdisjoint(answer.fields("families").raw)
    reading = read_envelope(
        answer,
        fqdn=fqdn.lower(),
        started=None,
        finished=None,
        origin=CARRIED,
        asked=of_servers if mixed else None,
    )
    return reading if checked else _unchecked(reading)


def _saved(answer: Fields, runner: Fields, *, checked: bool) -> Reading:
    reading = read_envelope(
        answer,
        fqdn=runner.text("target", limit=255).lower(),
        started=runner.optional_instant("started"),
        finished=runner.optional_instant("finished"),
        origin=runner.choice("origin", *ORIGINS),
    )
    return reading if checked else _unchecked(reading)


def _unchecked(reading: Reading) -> Reading:
    return replace(reading, notes=(*reading.notes, "The file is without a check sum."))


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
        origin=runner.choice("origin", *ORIGINS),
        started=runner.optional_instant("started"),
        finished=runner.optional_instant("finished"),
    )


def _refusal(path: Path, text: str, error: AnswerError) -> UsageError:
    begins = text[:200].lstrip()
    what = f"{path} is not a bundle that this program reads: {error}"
    hint = "Give the JSON files that the collector wrote, whole and unchanged."
    if begins.startswith("#"):
        hint = "This is a script. Run it on the server, and give the file that it writes there."
    elif begins.startswith("<"):
        hint = "This is XML or a page. A topology goes to --topology; bundles are JSON."
    elif '"schema_version"' in begins:
        hint = "This is the report of a run. Its bundles lie beside it, in the folder facts."
    elif error.path == "schema" and error.message != "is missing":
        hint = "Collect the server again with this version, or use the version that wrote it."
    elif begins.startswith("{") and not text.endswith("}"):
        what = f"{path} is cut short: {error}"
        hint = "Copy it again from the server, or collect again."
    return UsageError(CODE, what, hint)


def _json(value: object) -> str:
    """The value with its check sum at the end, as the collector writes it."""
    text = json.dumps(value, separators=(",", ":"))
    return f'{text[:-1]},"sha256":"{_sum_of(text)}"}}\n'


def _sum_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()

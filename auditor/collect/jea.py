"""The endpoint that allows nothing but the audit: the files of a JEA session configuration.

They are made of the collector's own script, so that an endpoint answers what the script does.
"""

from __future__ import annotations

from importlib import resources

from auditor import __version__
from auditor.collect.model import Target
from auditor.collect.script import Script, joined_script

COMMAND = "Get-SfbFacts"

_PLACES = {
    "SfbAudit.psm1": "SfbAudit/SfbAudit.psm1",
    "SfbAudit.psd1": "SfbAudit/SfbAudit.psd1",
    "SfbAudit.psrc": "SfbAudit/RoleCapabilities/SfbAudit.psrc",
    "SfbAudit.pssc": "SfbAudit.pssc",
    "SfbAudit-3.0.pssc": "SfbAudit-3.0.pssc",
}
_LOOP = "foreach ($snippet in $snippets) {\n"
_ASKED = "    if ($Family -notcontains $snippet.family) { continue }\n"


def endpoint_files() -> dict[str, bytes]:
    """The endpoint's files by their path in the folder that is handed to an administrator.

    The same version always gives the same bytes: ASCII with CRLF line ends.
    """
    script = joined_script()
    return {place: _filled(_read(name), script) for name, place in _PLACES.items()}


def notes_on_version(target: Target, script: Script, collector: str | None) -> tuple[str, ...]:
    """What a report should say where an endpoint was exported by another version of this program.

    `collector` is the hash that its answer carries. An endpoint holds the whole script, and
    tells that one's hash whatever it was asked for.
    """
    configuration = target.zone.configuration
    if not configuration or collector in {script.sha256, joined_script().sha256}:
        return ()
    note = f"Its session configuration {configuration} is of another version of sfb-audit"
    return (f"{note}; what it does not report is unknown.",)


def _filled(template: str, script: Script) -> bytes:
    families = ", ".join(f"'{key}'" for key in script.families)
    text = (
        template.replace("<#families#>", families)
        .replace("<#version#>", __version__)
        .replace("#collector\n", _body(script))
    )
    return text.replace("\n", "\r\n").encode("ascii")


def _body(script: Script) -> str:
    """The script with the line that passes over families nobody asked for.

    Raises ValueError where the frame no longer has the loop that this line belongs into.
    """
    before, loop, after = script.text.partition(_LOOP)
    if not loop or _LOOP in after:
        raise ValueError("the frame has to go over its snippets once")
    return before + loop + _ASKED + after


def _read(name: str) -> str:
    text = resources.files("ps_snippets").joinpath("jea", name).read_text("ascii")
    return text.replace("\r\n", "\n")

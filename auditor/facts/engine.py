"""Family `engine`: the PowerShell that answers, those that are installed, and .NET 4's version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class EngineSession:
    """What the session says of itself, as text; None where this PowerShell does not say.

    `architecture` is the process's, such as "AMD64"; `language_mode` such as "FullLanguage".
    """

    ps_version: str | None
    clr_version: str | None
    build_version: str | None
    wsman_stack_version: str | None
    architecture: str | None
    language_mode: str


@dataclass(frozen=True, slots=True)
class RegisteredEngine:
    """`...\\Microsoft\\PowerShell\\1` (up to 2.0) or `\\3` (from 3.0 on)."""

    path: str
    key_present: bool
    version: str | None = None
    runtime: str | None = None


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """`net_version` is NDP\\v4\\Full\\Version, such as "4.7.03062"; None where there is none."""

    session: EngineSession
    engines: tuple[RegisteredEngine, ...]
    net_version: str | None = None


def decode(raw: Mapping[str, object]) -> EngineFacts:
    """What engine.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    session = data.fields("session")
    return EngineFacts(
        session=EngineSession(
            ps_version=session.optional_text("ps_version"),
            clr_version=session.optional_text("clr_version"),
            build_version=session.optional_text("build_version"),
            wsman_stack_version=session.optional_text("wsman_stack_version"),
            architecture=session.optional_text("architecture"),
            language_mode=session.text("language_mode"),
        ),
        engines=tuple(
            RegisteredEngine(
                path=item.text("path"),
                key_present=item.flag("key_present"),
                version=item.optional_text("version"),
                runtime=item.optional_text("runtime"),
            )
            for item in data.items("engines", limit=2)
        ),
        net_version=data.optional_text("net_version"),
    )

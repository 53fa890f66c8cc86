"""Resolves credential references to secrets: prompt, environment, OS keyring, private file."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from auditor.collect.model import Secret
from auditor.errors import UsageError
from auditor.estate.zone import CredentialReference, SecretSource, Zone

_MAX_BYTES = 4096


class Secrets:
    """The secrets of one run: each reference is resolved, and asked for, once."""

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        prompt: Callable[[str], str] | None = None,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._prompt = prompt
        self._found: dict[CredentialReference, Secret | UsageError] = {}

    def of(self, zone: Zone) -> Secret:
        """What signs in to the servers of `zone`.

        Raises UsageError (CREDENTIAL-...) that names the reference and never the secret; of a
        reference that failed before, the same one.
        """
        reference = zone.credential
        if reference is None:
            raise UsageError(
                "CREDENTIAL-NONE",
                f"zone {zone.name} names no credential.",
                f"Add credential = ... to [zones.{zone.name}].",
            )
        if reference not in self._found:
            self._found[reference] = self._resolved(reference)
        found = self._found[reference]
        if isinstance(found, UsageError):
            raise found
        return found

    def _resolved(self, reference: CredentialReference) -> Secret | UsageError:
        try:
            password = _password(reference, self._environment, self._prompt)
        except UsageError as error:
            return error
        return Secret(reference.username, password)


def _password(
    reference: CredentialReference,
    environment: Mapping[str, str],
    prompt: Callable[[str], str] | None,
) -> str:
    match reference.source:
        case SecretSource.PROMPT:
            password = _from_prompt(reference, prompt)
        case SecretSource.ENVIRONMENT:
            password = environment.get(reference.locator, "")
        case SecretSource.KEYRING:
            password = _from_keyring(reference)
        case SecretSource.FILE:
            password = _from_file(reference, Path(reference.locator))
    if not password:
        raise UsageError(
            "CREDENTIAL-EMPTY",
            f"credential {reference.name}: there is no password in {_where(reference)}.",
            "Put it there, or choose another source for the credential.",
        )
    return password


def _where(reference: CredentialReference) -> str:
    return {
        SecretSource.PROMPT: "what was typed",
        SecretSource.ENVIRONMENT: f"the environment variable {reference.locator}",
        SecretSource.KEYRING: f"the keyring's service {reference.locator}",
        SecretSource.FILE: f"the file {reference.locator}",
    }[reference.source]


def _from_prompt(reference: CredentialReference, prompt: Callable[[str], str] | None) -> str:
    if prompt is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "CREDENTIAL-NO-TTY",
                f"credential {reference.name} is prompted for, but this run is not interactive.",
                'Use source = "env", "keyring" or "file" for unattended runs.',
            )
        prompt = getpass.getpass
    return prompt(f"Password of {reference.username} ({reference.name}): ")


def _from_keyring(reference: CredentialReference) -> str:
    import keyring  # noqa: PLC0415 - slow to load, and seldom wanted
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_password(reference.locator, reference.username) or ""
    except KeyringError as error:
        raise UsageError(
            "CREDENTIAL-KEYRING",
            f"credential {reference.name}: the keyring cannot be used ({type(error).__name__}).",
            "Unlock it, or choose another source for the credential.",
        ) from None


def _from_file(reference: CredentialReference, path: Path) -> str:
    """The first line. On Windows the file's access list is its owner's duty."""
    try:
        with path.open("rb") as file:
            if os.name == "posix":
                _refuse_shared(reference, path, os.fstat(file.fileno()))
            content = file.read(_MAX_BYTES)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            "CREDENTIAL-FILE",
            f"credential {reference.name}: {path} cannot be read: {error.strerror}.",
            "The path is relative to the estate file's folder.",
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            "CREDENTIAL-FILE",
            f"credential {reference.name}: {path} is not UTF-8 text.",
            "Save the password on its first line, as UTF-8.",
        ) from None
    return text.partition("\n")[0].removesuffix("\r")


def _refuse_shared(reference: CredentialReference, path: Path, status: os.stat_result) -> None:
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.getuid():
        raise UsageError(
            "CREDENTIAL-FILE-SHARED",
            f"credential {reference.name}: others can read {path}.",
            f"Restrict it to yourself: chmod 600 {path}",
        )

"""A session configuration that allows one command and no language, without a PowerShell.

So do script backends play every configuration of a host but the usual one. The words are
those of PowerShell (ParserStrings.resx, DiscoveryExceptions.resx).
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.collect.jea import COMMAND
from auditor.collect.script import joined_script
from auditor.lab.model import Call, ScriptError

_FAMILY = "Family"


def script_of(calls: Sequence[Call]) -> str | ScriptError:
    """The script that answers a pipeline, or how the endpoint refuses it."""
    for call in calls:
        if call.is_script:
            return NO_LANGUAGE
        if call.text.lower() != COMMAND.lower():
            return _not_found(call.text)
    if len(calls) != 1:
        return no_input(COMMAND)
    given = {name.lower(): (name, value) for name, value in calls[0].arguments.items()}
    _, wanted = given.pop(_FAMILY.lower(), (_FAMILY, None))
    if given:
        ((name, _), *_) = given.values()
        return _no_parameter(name)
    try:
        return joined_script(_keys(wanted)).text
    except ValueError:
        return _INVALID


def _keys(wanted: object) -> list[str] | None:
    if wanted is None:
        return None
    return [str(key) for key in (wanted if isinstance(wanted, list | tuple) else [wanted])]


NO_LANGUAGE = ScriptError(
    "The syntax is not supported by this runspace. This can occur if the runspace is in "
    "no-language mode.",
    "ScriptsNotAllowed",
    "ParserError",
    "ParseException",
)
_INVALID = ScriptError(
    f"Cannot validate argument on parameter '{_FAMILY}'. The argument does not belong to the set "
    "that the ValidateSet attribute specifies. Supply an argument that is in the set and then try "
    "the command again.",
    f"ParameterArgumentValidationError,{COMMAND}",
    "InvalidData",
    "ParameterBindingValidationException",
)


def no_input(command: str) -> ScriptError:
    """A command that takes nothing from the one before it in its pipeline."""
    return ScriptError(
        "The input object cannot be bound to any parameters for the command either because the "
        "command does not take pipeline input or the input and its properties do not match any "
        "of the parameters that take pipeline input.",
        f"InputObjectNotBound,{command[:100]}",
        "InvalidArgument",
        "ParameterBindingException",
    )


def _not_found(name: str) -> ScriptError:
    return ScriptError(
        f"The term '{name[:100]}' is not recognized as the name of a cmdlet, function, script "
        "file, or operable program. Check the spelling of the name, or if a path was included, "
        "verify that the path is correct and try again.",
        "CommandNotFoundException",
        "ObjectNotFound",
        "CommandNotFoundException",
    )


def _no_parameter(name: str) -> ScriptError:
    return ScriptError(
        f"A parameter cannot be found that matches parameter name '{name[:100]}'.",
        f"NamedParameterNotFound,{COMMAND}",
        "InvalidArgument",
        "ParameterBindingException",
    )

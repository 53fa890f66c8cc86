"""How a server's certificate is verified, and whether a CA file can do it.

The file is looked at before any server is asked.
"""

from __future__ import annotations

import ssl
from pathlib import Path

# Said here, as Python's own choice is another from 3.13 on. The CA file may hold the issuing CA
# alone, or the server's own certificate; one without key identifiers, as plain `openssl x509 -req`
# makes it, is as good as another.
_VERIFIED = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN


def verifying_context(ca_file: Path | None) -> ssl.SSLContext:
    """A client's context of TLS 1.2 or later, which verifies chain and name.

    It trusts `ca_file`, the system's store where that is None. Raises ssl.SSLError, OSError or
    ValueError where the file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # certificate and name are required by it
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags = _VERIFIED
    if ca_file is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(ca_file)
    return context


def ca_problem(path: Path) -> str:
    """Why no connection could use `path`, in words that name it; empty where one could."""
    try:
        if not path.is_file():
            return f"there is no file {path}"
        verifying_context(path)
    except ssl.SSLError:
        return f"no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in {path}"
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        return f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
    return ""

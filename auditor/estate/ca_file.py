"""Whether a CA file can verify a server's certificate, looked at before any server is asked."""

from __future__ import annotations

import ssl
from pathlib import Path


def ca_problem(path: Path) -> str:
    """Why no connection could use `path`, in words that name it; empty where one could."""
    try:
        if not path.is_file():
            return f"there is no file {path}"
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return f"no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in {path}"
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        return f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
    return ""

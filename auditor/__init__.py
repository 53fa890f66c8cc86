"""sfb-audit: can this Lync / Skype for Business estate talk to Office 365 with TLS 1.2 only?"""

from __future__ import annotations

__version__ = "0.1.0"

"""sfb-audit: is this Lync Server 2013 / Skype for Business Server 2015 estate ready for Office 365 with TLS 1.2 only?"""

from __future__ import annotations

__version__ = "0.1.0"

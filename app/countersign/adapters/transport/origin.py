"""Where a bank lives, and the rule that its links may not lead anywhere else (SECURITY row 19)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from countersign.domain.order import BindingError

_PORTS = {"https": 443, "http": 80}
# A URL is printable ASCII (RFC 3986 §2). Browsers read a backslash as a slash; here nobody does.
_PLAIN_URL = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2048}")


class LinkError(BindingError):
    """A link leads away from the bank. ``params["field"]`` is ``link``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port (RFC 6454 §4)."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of an absolute URL.

        Raises:
            LinkError: ``bank.link_unreadable``: not an absolute http or https URL, or one that names a user.
        """
        if not _PLAIN_URL.fullmatch(url):
            raise LinkError("bank.link_unreadable", field="link")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise LinkError("bank.link_unreadable", field="link") from error
        if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
            raise LinkError("bank.link_unreadable", field="link")
        return cls(parts.scheme, parts.hostname.lower(), port or _PORTS[parts.scheme])

    def target(self, base: str, link: str) -> str:
        """Resolve a link that a bank sent, and return the path and query to ask for.

        Args:
            base: The absolute URL that relative links are relative to; of this origin.
            link: Untrusted text.

        Raises:
            LinkError: ``bank.link_other_origin``, or ``bank.link_unreadable``.
        """
        if not _PLAIN_URL.fullmatch(link):
            raise LinkError("bank.link_unreadable", field="link")
        try:
            joined = urljoin(base, link)
            parts = urlsplit(joined)
        except ValueError as error:
            raise LinkError("bank.link_unreadable", field="link") from error
        if Origin.of(joined) != self:
            raise LinkError("bank.link_other_origin", field="link")
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path

"""One call at the standard's door: the request, who sent it, and how replies are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from practicebank.bank import Bank
from practicebank.http_door import Reply, Request, read_object
from practicebank.problems import Problem, format_error

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IP_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F:]{2,45}")
EMBEDDED: Mapping[str, str] = {"ASPSP-SCA-Approach": "EMBEDDED"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose sender is known.

    Attributes:
        bank: The bank.
        request: What was sent.
        origin: Scheme, host and port the client called; links stay on it.
        serial: Serial number of the client's certificate, in hexadecimal.
    """

    bank: Bank
    request: Request
    origin: str
    serial: str

    @property
    def request_id(self) -> str:
        """Return the X-Request-ID."""
        return self.request.headers["x-request-id"]

    @property
    def psu_id(self) -> str | None:
        """Return the person named in PSU-ID, if any."""
        return self.request.headers.get("psu-id")

    def json(self) -> dict[str, object]:
        """Return the body as a JSON object, or refuse with FORMAT_ERROR or 415."""
        if self.request.body:
            kind = self.request.headers.get("content-type", "").partition(";")[0].strip()
            if kind.lower() != "application/json":
                raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "FORMAT_ERROR", "JSON was expected.")
        try:
            return read_object(self.request.body)
        except ValueError as error:
            raise format_error("The body is no JSON object.") from error

    def xml(self) -> bytes:
        """Return a body of XML as it came, or refuse with 415."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip()
        if kind.lower() not in ("application/xml", "text/xml"):
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "FORMAT_ERROR", "XML was expected.")
        return self.request.body

    def accepts(self, kind: str) -> bool:
        """Return whether the client asks for a kind of reply by its name."""
        wanted = self.request.headers.get("accept", "").lower().split(",")
        return kind in (one.partition(";")[0].strip() for one in wanted)

    def flag(self, header: str) -> bool:
        """Return whether a header of the standard says ``true``."""
        return self.request.headers.get(header, "").strip().lower() == "true"

    def require_ip_address(self) -> None:
        """Refuse a call without the person's address, where the standard asks for it."""
        if not _IP_ADDRESS.fullmatch(self.request.headers.get("psu-ip-address", "")):
            raise format_error("The header PSU-IP-Address is missing.", "PSU-IP-Address")

    def link(self, path: str) -> dict[str, object]:
        """Return a link of the standard to a path of this bank."""
        return {"href": f"{self.origin}{path}"}

    def links(self, /, **paths: str) -> dict[str, object]:
        """Return ``_links`` from names and paths."""
        return {name: self.link(path) for name, path in paths.items()}


def check_request_id(headers: Mapping[str, str]) -> None:
    """Refuse a request without an X-Request-ID in the shape of a UUID."""
    if not _UUID.fullmatch(headers.get("x-request-id", "")):
        raise format_error("The header X-Request-ID is missing or no UUID.", "X-Request-ID")


def created(body: object, location: str, approach: str = "EMBEDDED") -> Reply:
    """Return 201 for a new resource that will be authorised here."""
    return Reply(HTTPStatus.CREATED, body, {"ASPSP-SCA-Approach": approach, "Location": location})

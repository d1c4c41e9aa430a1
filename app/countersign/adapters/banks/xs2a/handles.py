"""What the connector remembers of an exchange between two steps: links that the bank sent, as opaque text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from countersign.adapters.banks.xs2a.reading import Body
from countersign.adapters.transport.origin import Origin
from countersign.domain.canonical import Fields, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.order import BindingError

PAYMENT, CANCELLATION, CONSENT, BASKET = "payment", "cancellation", "consent", "basket"
_VERSION = 1
# In the order in which they are preferred: the standard's names for one thing, with less or more sent along.
START_LINKS = (
    "startAuthorisation",
    "startAuthorisationWithPsuIdentification",
    "startAuthorisationWithPsuAuthentication",
    "startAuthorisationWithAuthenticationMethodSelection",
    "startAuthorisationWithTransactionAuthorisation",
)
STEP_LINKS = (
    "updatePsuIdentification",
    "updatePsuAuthentication",
    "selectAuthenticationMethod",
    "authoriseTransaction",
)
_OF_THE_MATTER = ("self", "status", *START_LINKS)
_KEPT = frozenset((*_OF_THE_MATTER, *STEP_LINKS, "scaStatus"))


@dataclass(frozen=True, slots=True)
class Handle:
    """Where to go on.

    Attributes:
        subject: ``payment``, ``cancellation``, ``consent`` or ``basket``.
        resource: The bank's identifier of the payment, the consent or the signing basket.
        authorisation: The bank's identifier of the authorisation; empty before there is one.
        methods: Offered methods, as (identifier, kind, name).
        person: Who authorises (PSU-ID); empty for the one whom the connection was made for.
        links: By the standard's names: paths at the bank, of which only this origin's are ever kept.
    """

    subject: str
    resource: str
    product: str = ""
    authorisation: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    methods: tuple[tuple[str, str, str], ...] = ()
    person: str = ""

    def write(self) -> str:
        """Return the handle as text."""
        return canonical_bytes(
            {
                "v": _VERSION,
                "subject": self.subject,
                "resource": self.resource,
                "product": self.product,
                "authorisation": self.authorisation,
                "links": dict(self.links),
                "methods": [list(item) for item in self.methods],
                "person": self.person,
            }
        ).decode()

    @classmethod
    def read(cls, text: str) -> Handle:
        """Read what ``write`` wrote.

        Raises:
            SecurityError: ``bank.handle``: it is something else.
        """
        try:
            fields = Fields(parse_canonical(text.encode()), "handle")
            version = fields.integer("v")
            links = fields.mapping("links")
            methods = [tuple(str(part) for part in item) for item in fields.items("methods") if isinstance(item, list)]
            found = cls(
                subject=fields.text("subject"),
                resource=fields.text("resource"),
                product=fields.text("product"),
                authorisation=fields.text("authorisation"),
                links={name: str(link) for name, link in links.items()},
                methods=tuple((item[0], item[1], item[2]) for item in methods),
                person=fields.text("person"),
            )
            fields.end()
        except (SecurityError, IndexError) as error:
            raise SecurityError("bank.handle") from error
        if version != _VERSION:
            raise SecurityError("bank.handle")
        return found

    def link(self, *names: str) -> str:
        """Return the first of these links that the bank gave.

        Raises:
            SecurityError: ``bank.step_not_offered``: it gave none of them.
        """
        for name in names:
            if name in self.links:
                return self.links[name]
        raise SecurityError("bank.step_not_offered", field=names[0])

    @property
    def start(self) -> str:
        """The link that opens an authorisation; empty where the bank wants none."""
        return next((self.links[name] for name in START_LINKS if name in self.links), "")

    def authorising(self, authorisation: str, links: Mapping[str, str]) -> Handle:
        """Return the handle of an authorisation of the same matter."""
        return replace(self, authorisation=authorisation, links=links)


def read_links(body: Body, origin: Origin, base: str, resource: str, authorisation: str = "") -> dict[str, str]:
    """Take the links that this connector follows out of a reply; the others are not even looked at.

    Args:
        body: The reply.
        origin: Where the bank lives.
        base: The URL that was asked, which relative links are relative to.
        resource: The payment, consent or basket that the links must be about.
        authorisation: The authorisation that the links of a step must be about; empty where there is none.

    Raises:
        LinkError: A link leads away from the bank.
        BindingError: ``binding.reply``: a link leads to another payment, consent or authorisation (NextGenPSD2 1.3 §4:
            their identifiers are part of the path).
    """
    links = {}
    for name in sorted(_KEPT):
        href = body.within("_links").within(name).text_or_empty("href")
        if not href:
            continue
        target = origin.target(base, href)
        parts = unquote(target.partition("?")[0]).split("/")
        if resource not in parts or (authorisation and name not in _OF_THE_MATTER and authorisation not in parts):
            raise BindingError("binding.reply", field="link", count=1)
        links[name] = target
    return links

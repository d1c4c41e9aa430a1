"""Signed requests: Digest and Signature, with the certificate they are checked by.

Sources: NextGenPSD2 1.3 §12 (what must be signed, keyId, algorithm) on draft-cavage-http-signatures-10 §2 (how).
"""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from countersign.domain.errors import SecurityError

# Of an issuer's name (RFC 4514) only what could end the quoted parameter, or isn't ASCII, is written as %XX.
_SAFE_IN_KEY_ID = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"


class RequestSigner:
    """Signs requests with the key of our certificate.

    Raises:
        SecurityError: ``bank.credentials``: the certificate can't be read.
    """

    def __init__(self, certificate_pem: str, key: rsa.RSAPrivateKey) -> None:
        try:
            certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
        except ValueError as error:
            raise SecurityError("bank.credentials") from error
        self._key = key
        issuer = quote(certificate.issuer.rfc4514_string(), safe=_SAFE_IN_KEY_ID)
        self._key_id = f"SN={certificate.serial_number:X},CA={issuer}"
        self._certificate = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()

    def headers(self, body: bytes, request_id: str, date: str, psu_id: str = "") -> tuple[tuple[str, str], ...]:
        """Return the headers of a request, the signed ones and the signature.

        Args:
            body: What will be sent; the digest of nothing is sent too (NextGenPSD2 1.3 §12.1).
            request_id: A UUID.
            date: As RFC 9110 §5.6.7 writes it.
            psu_id: The person's name at the bank; empty to leave it out.
        """
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        signed = [("Digest", digest), ("X-Request-ID", request_id)]
        if psu_id:
            signed.append(("PSU-ID", psu_id))
        signed.append(("Date", date))
        text = "\n".join(f"{name.lower()}: {value}" for name, value in signed)
        signature = base64.b64encode(self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        names = " ".join(name.lower() for name, _ in signed)
        parameters = f'keyId="{self._key_id}",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'
        return (*signed, ("Signature", parameters), ("TPP-Signature-Certificate", self._certificate))

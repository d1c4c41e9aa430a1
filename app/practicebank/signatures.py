"""Signed requests: ``Digest`` and ``Signature`` of NextGenPSD2 (draft-cavage-http-signatures-10)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from practicebank.problems import Problem

_PARAMETER = re.compile(r'\s*([a-zA-Z]+)="([^"]*)"\s*(?:,|$)')
_KEY_ID = re.compile(r"SN=([0-9A-Fa-f]+),CA=(.+)")


def verify(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    certificate: x509.Certificate,
) -> None:
    """Check that a request was signed with the certificate of its TLS connection.

    Args:
        method: HTTP method.
        target: Path and query as sent.
        headers: Headers by lower-case name.
        body: The body's bytes.
        certificate: The client's certificate on the TLS connection.

    Raises:
        Problem: SIGNATURE_MISSING, CERTIFICATE_MISSING, CERTIFICATE_INVALID or
            SIGNATURE_INVALID, all 401.
    """
    written = headers.get("signature")
    if written is None:
        raise _refused("SIGNATURE_MISSING", "Requests must be signed.")
    sent = headers.get("tpp-signature-certificate")
    if sent is None:
        raise _refused("CERTIFICATE_MISSING", "The signing certificate is missing.")
    if not hmac.compare_digest(_decode(sent), certificate.public_bytes(Encoding.DER)):
        raise _refused("CERTIFICATE_INVALID", "This is not the certificate of the connection.")
    parameters = dict(_PARAMETER.findall(written))
    names = parameters.get("headers", "date").lower().split()
    _check_list(names, headers, body)
    _check_digest(headers, body)
    _check_key(parameters.get("keyId", ""), certificate)
    lines = []
    for name in names:
        if name == "(request-target)":
            lines.append(f"{name}: {method.lower()} {target}")
        elif name in headers:
            lines.append(f"{name}: {headers[name].strip()}")
        else:
            raise _refused("SIGNATURE_INVALID", f"The signed header {name} was not sent.")
    _check_signature(parameters, "\n".join(lines).encode(), certificate)


def _check_list(names: list[str], headers: Mapping[str, str], body: bytes) -> None:
    needed = ["x-request-id", "date"]
    if body:
        needed.append("digest")
    if "psu-id" in headers:
        needed.append("psu-id")
    for name in needed:
        if name not in names:
            raise _refused("SIGNATURE_INVALID", f"The signature must cover {name}.")


def _check_digest(headers: Mapping[str, str], body: bytes) -> None:
    digest = headers.get("digest")
    if digest is None and not body:
        return
    expected = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    if not hmac.compare_digest((digest or "").strip().encode(), expected.encode()):
        raise _refused("SIGNATURE_INVALID", "The digest is not that of the body.")


def _check_key(key_id: str, certificate: x509.Certificate) -> None:
    match = _KEY_ID.fullmatch(key_id)
    if match is None or int(match.group(1), 16) != certificate.serial_number:
        raise _refused("SIGNATURE_INVALID", "keyId doesn't name the certificate.")
    issuer = {part.strip() for part in unquote(match.group(2)).split(",")}
    if issuer != set(certificate.issuer.rfc4514_string().split(",")):
        raise _refused("SIGNATURE_INVALID", "keyId doesn't name the certificate's issuer.")


def _check_signature(parameters: Mapping[str, str], signed: bytes, certificate: x509.Certificate) -> None:
    signature = _decode(parameters.get("signature", ""))
    key = certificate.public_key()
    algorithm = parameters.get("algorithm", "").lower()
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm == "rsa-sha256":
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ecdsa-sha256":
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        else:
            raise _refused("SIGNATURE_INVALID", "The algorithm doesn't fit the key.")
    except InvalidSignature as error:
        raise _refused("SIGNATURE_INVALID", "The signature is not right.") from error


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("SIGNATURE_INVALID", "Base64 was expected.") from error


def _refused(code: str, text: str) -> Problem:
    return Problem(HTTPStatus.UNAUTHORIZED, code, text)

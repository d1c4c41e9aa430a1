"""Whom we trust and who we are: TLS contexts with one pinned issuer and our own certificate (SECURITY row 19)."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from countersign.domain.errors import SecurityError
from countersign.domain.secret import SecretText

# For TLS 1.2 only; the suites of TLS 1.3 are all sound. RFC 9325 §4.2.
_TLS12_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


def read_key(private_key_pem: SecretText) -> rsa.RSAPrivateKey:
    """Read a private key: PKCS #8, not encrypted.

    Its numbers are checked here against each other (RFC 8017 §3.2). Whether its two primes are primes is not: for
    that the library takes a quarter of a second, in which no other thread of the program can run, the window's
    neither. The key was made by this program, and comes out of a sealed vault.

    Raises:
        SecurityError: ``bank.credentials``: it can't be read, isn't RSA, or doesn't hold together.
    """
    try:
        key = load_pem_private_key(private_key_pem.reveal().encode(), None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as error:
        raise SecurityError("bank.credentials") from error
    if not isinstance(key, rsa.RSAPrivateKey) or not _holds_together(key.private_numbers()):
        raise SecurityError("bank.credentials")
    return key


def _holds_together(numbers: rsa.RSAPrivateNumbers) -> bool:
    """Tell whether the numbers of a key belong to each other."""
    p, q, e = numbers.p, numbers.q, numbers.public_numbers.e
    return (
        min(p, q, e) > 1
        and p % 2 == q % 2 == 1
        and p * q == numbers.public_numbers.n
        and numbers.d % (p - 1) == numbers.dmp1
        and numbers.d % (q - 1) == numbers.dmq1
        and e * numbers.dmp1 % (p - 1) == 1
        and e * numbers.dmq1 % (q - 1) == 1
        and q * numbers.iqmp % p == 1
    )


def client_context(ca_pem: str, certificate_pem: str = "", key: rsa.RSAPrivateKey | None = None) -> ssl.SSLContext:
    """Return a context that trusts one issuer, checks the host name, and shows our certificate.

    TLS 1.3 preferred, 1.2 at least. The system's trust store is not consulted, and no environment variable is.

    Args:
        ca_pem: The only issuer that is trusted.
        certificate_pem: Ours; empty to show none.
        key: The certificate's key.

    Raises:
        SecurityError: ``bank.credentials``: a certificate can't be read, or the key isn't its own.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_TLS12_CIPHERS)
    try:
        context.load_verify_locations(cadata=ca_pem)
        if key is not None:
            _show(context, certificate_pem, key)
    except (ssl.SSLError, ValueError) as error:
        raise SecurityError("bank.credentials") from error
    return context


def _show(context: ssl.SSLContext, certificate_pem: str, key: rsa.RSAPrivateKey) -> None:
    """Load the key by way of a file, because ``ssl`` knows no other: encrypted, ours alone, gone at once."""
    password = secrets.token_hex(32)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    handle, name = tempfile.mkstemp(prefix="countersign-", suffix=".pem")  # readable by the owner only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sealed + certificate_pem.encode())
        context.load_cert_chain(name, password=password)
    finally:
        Path(name).unlink()

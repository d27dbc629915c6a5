"""A certificate authority that can speak for TikTok's names and this machine, and nobody else."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.tls.files import Certificates
from tiktok_emulator.tls.hosts import DOMAINS, HOSTS

NAME = "tiktok-emulator on this machine"
AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
# Clocks of clients may be a little behind.
BEFORE = timedelta(days=1)
# Where systems keep what they trust, if OpenSSL does not say.
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))


def certificates(folder: Path) -> Certificates:
    """The files in this folder; the authority is made once, the server's certificate each time.

    Raises:
        EmulatorError: the folder cannot be written, or what is in it is no authority.
    """
    found = Certificates(
        authority=folder / "ca.pem",
        bundle=folder / "bundle.pem",
        leaf=folder / "server.pem",
        leaf_key=folder / "server-key.pem",
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        authority, key = _authority(found.authority, folder / "ca-key.pem")
        _write_leaf(found, authority, key)
        found.bundle.write_bytes(_system_bundle() + _pem(authority))
    except OSError as error:
        raise EmulatorError(f"{error.filename or folder}: {error.strerror}") from error
    return found


def _authority(file: Path, key_file: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if file.exists() and key_file.exists():
        try:
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            certificate = x509.load_pem_x509_certificate(file.read_bytes())
        except ValueError as error:
            raise EmulatorError(f"{file} or its key is damaged; delete both") from error
        if isinstance(key, ec.EllipticCurvePrivateKey) and _lives(certificate):
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _new_authority(key)
    _write_private(key_file, _key_pem(key))
    file.write_bytes(_pem(certificate))
    return certificate, key


def _lives(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=LEAF_DAYS)


def _new_authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    # A stolen key is worth nothing for other names.
    allowed = [
        *(x509.DNSName(domain) for domain in (*DOMAINS, "localhost")),
        x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
        x509.IPAddress(ipaddress.ip_network("::1/128")),
    ]
    return (
        _builder(name, key, AUTHORITY_DAYS)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _write_leaf(
    files: Certificates, authority: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    own_key = ec.generate_private_key(ec.SECP256R1())
    wildcards = [f"*.{domain}" for domain in (*DOMAINS, "us.tiktokapis.com")]
    names: list[x509.GeneralName] = [
        x509.DNSName(name) for name in (*HOSTS, *wildcards, "localhost")
    ]
    names += [x509.IPAddress(address) for address in LOOPBACK]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOSTS[1])])
    leaf = (
        _builder(subject, own_key, LEAF_DAYS)
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    _write_private(files.leaf_key, _key_pem(own_key))
    files.leaf.write_bytes(_pem(leaf) + _pem(authority))


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_private(file: Path, content: bytes) -> None:
    """A file that only its owner can read, from its first byte on."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(content)


def _system_bundle() -> bytes:
    """What the system trusts, as far as it is one file."""
    for known in (ssl.get_default_verify_paths().openssl_cafile, *SYSTEM_BUNDLES):
        if Path(known).is_file():
            return Path(known).read_bytes().rstrip() + b"\n"
    return b""

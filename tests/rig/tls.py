"""A throw-away certification authority and the certificates TLS tests need.

Files in the folder given:
    ca.pem                       what clients trust
    good.pem, good.key           localhost, 127.0.0.1 and mail.linkoping.example
    wrong.pem, wrong.key         our authority, valid dates, another host's name
    expired.pem, expired.key     our authority, right names, ended yesterday
    otherca.pem, otherca.key     right names and dates, an authority nobody trusts
"""
import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BAD_CERTIFICATES = ("wrong", "expired", "otherca")
DAY = datetime.timedelta(days=1)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject, issuer, key, start, end):
    return (x509.CertificateBuilder().subject_name(_name(subject))
            .issuer_name(_name(issuer)).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start).not_valid_after(end))


def _authority(name, now):
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(digital_signature=True, content_commitment=False,
                          key_encipherment=False, data_encipherment=False,
                          key_agreement=False, key_cert_sign=True, crl_sign=True,
                          encipher_only=False, decipher_only=False)
    cert = (_builder(name, name, key, now - 2 * DAY, now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .add_extension(usage, True).sign(key, hashes.SHA256()))
    return name, key, cert


def _server(authority, names, start, end):
    issuer, issuer_key, _ = authority
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit()
                    else x509.DNSName(n) for n in names]
    cert = (_builder(names[0], issuer, key, start, end)
            .add_extension(x509.SubjectAlternativeName(alternatives), False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .sign(issuer_key, hashes.SHA256()))
    return key, cert


def _save(folder, name, key, cert):
    (folder / f"{name}.pem").write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    if key is None:
        return
    path = folder / f"{name}.key"
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))


def make_certificates(folder):
    """Makes the folder and every file named above."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.utcnow()
    ours = _authority("utskick test authority", now)
    other = _authority("some other authority", now)
    here = ["localhost", "127.0.0.1", "mail.linkoping.example"]
    _save(folder, "ca", None, ours[2])
    _save(folder, "good", *_server(ours, here, now - DAY, now + 30 * DAY))
    _save(folder, "wrong", *_server(ours, ["mail.elsewhere.example"], now - DAY, now + 30 * DAY))
    _save(folder, "expired", *_server(ours, here + ["expired.localhost"], now - 2 * DAY, now - DAY))
    _save(folder, "otherca", *_server(other, here + ["otherca.localhost"], now - DAY, now + 30 * DAY))

"""Certificates for one test: an authority, and a server's certificate that it signed."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

OPENSSL_SECONDS = 30


@dataclass(frozen=True)
class Certificates:
    """Files in PEM. The server's certificate is valid for `localhost` only."""

    authority: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificates(folder: Path) -> Certificates:
    """Needs the openssl command."""
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    ca_key, request = folder / "ca.key", folder / "server.csr"
    new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    _openssl(
        f"req -x509 {new_key} -keyout {ca_key} -out {files.authority} -days 2"
        " -subj /CN=test-authority -addext keyUsage=critical,keyCertSign"
    )
    _openssl(
        f"req {new_key} -keyout {files.key} -out {request}"
        " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    _openssl(
        f"x509 -req -in {request} -CA {files.authority} -CAkey {ca_key} -CAcreateserial"
        f" -out {files.certificate} -days 2 -copy_extensions copy"
    )
    return files


def _openssl(arguments: str) -> None:
    command = ["openssl", *arguments.split()]
    subprocess.run(command, check=True, capture_output=True, timeout=OPENSSL_SECONDS)

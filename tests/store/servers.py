"""Servers of this machine that speak as the clouds do: moto's for S3, a small one for Google, azurite where it is."""

from __future__ import annotations

import base64
import contextlib
import hmac
import http.client
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

BUCKET = "reconciler-store"
#: The emulator of Azure, where it is installed (npm install -g azurite), and its account, which is everybody's.
AZURITE = shutil.which("azurite-blob")
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its port, and the process to kill."""

    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def end(self) -> None:
        """It is gone, in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def server(script: str, *arguments: str) -> Iterator[Server]:
    """Runs a script of this folder that prints its port and serves."""
    command = [sys.executable, str(HERE / script), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield Server(int(process.stdout.readline()), process)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[int]:
    """Microsoft's own emulator of Azure Blob Storage, with a container; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder), "--silent"]
    process = subprocess.Popen([str(AZURITE), *options, "--skipApiVersionCheck"], stdout=subprocess.DEVNULL)
    try:
        while not _listens(port):
            assert process.poll() is None
            time.sleep(0.1)
        _make_container(port, BUCKET)
        yield port
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _make_container(port: int, name: str) -> None:
    """Signed with the key that the emulator's documentation gives."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06", "Content-Length": "0"}
    resource = f"/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}/{name}\nrestype:container"
    signed = (
        "PUT" + "\n" * 12 + "".join(f"{each}:{headers[each]}\n" for each in ("x-ms-date", "x-ms-version")) + resource
    )
    mac = base64.b64encode(hmac.digest(base64.b64decode(AZURE_KEY), signed.encode(), "sha256")).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers["Authorization"] = f"SharedKey {AZURE_ACCOUNT}:{mac}"
    connection.request("PUT", f"/{AZURE_ACCOUNT}/{name}?restype=container", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


def make_bucket(s3: Server, name: str) -> None:
    """Makes an empty bucket on a server that speaks S3."""
    connection = http.client.HTTPConnection("127.0.0.1", s3.port, timeout=10)
    connection.request("PUT", f"/{name}", headers={"Host": f"127.0.0.1:{s3.port}", "Content-Length": "0"})
    assert connection.getresponse().status == 200
    connection.close()


def s3_variables(s3: Server) -> dict[str, str]:
    """The environment in which obstore finds this server."""
    return {
        "AWS_ENDPOINT_URL": s3.address,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-store",
        "AWS_REGION": "us-east-1",
    }

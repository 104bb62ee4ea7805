"""A client of a language server over stdin and stdout: what an editor says to it, and no more."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

#: Seconds that one answer may take: far more than it ever does.
PATIENCE = 60
#: The user's settings. The catalogue of schemas on the network is off: no test leaves this machine.
SETTINGS = {"yaml": {"schemaStore": {"enable": False}}}


class LanguageServer:
    """A running server. Each file is opened once, with the text that it is to have; positions count from 0."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._buffer, self._ids = b"", count(1)
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"hover": {}, "completion": {}}}
        self.ask("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.ask("shutdown", None)
            self._send({"method": "exit"})
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._selector.close()
            self._output.close()
            self._input.close()

    def open(self, path: Path, text: str) -> None:
        """Opens a file with this text, whatever the disk holds."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def completions(self, path: Path, line: int, character: int) -> list[str]:
        """What is offered at a place of an open file."""
        found = self.ask("textDocument/completion", _place(path, line, character))
        return [each["label"] for each in found["items"]]

    def hover(self, path: Path, line: int, character: int) -> str:
        """What is shown about a place of an open file."""
        found = self.ask("textDocument/hover", _place(path, line, character))
        return str(found["contents"]["value"]) if found else ""

    def diagnostics(self, path: Path) -> list[dict[str, Any]]:
        """The faults of an open file, as soon as they are told."""
        while path.as_uri() not in self._diagnostics:
            self._take()
        return self._diagnostics[path.as_uri()]

    def ask(self, method: str, parameters: object) -> Any:
        """The answer to a request; RuntimeError when it is an error."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._take()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _take(self) -> dict[str, Any]:
        """The server's next message; what it asks is answered, what it tells about files is kept."""
        message = self._read()
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            sections = message["params"]["items"] if message["method"] == "workspace/configuration" else None
            answer = None if sections is None else [SETTINGS.get(each["section"]) for each in sections]
            self._send({"id": message["id"], "result": answer})
        return message

    def _read(self) -> dict[str, Any]:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        message: dict[str, Any] = json.loads(body)
        return message

    def _more(self) -> None:
        if not self._selector.select(PATIENCE):
            raise TimeoutError(f"the language server said nothing for {PATIENCE} seconds")
        received = os.read(self._output.fileno(), 1 << 16)
        if not received:
            raise EOFError("the language server has ended")
        self._buffer += received


def _place(path: Path, line: int, character: int) -> dict[str, object]:
    return {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}

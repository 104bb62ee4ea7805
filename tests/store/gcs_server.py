"""What of Google Cloud Storage's XML API a store needs, with generations and their conditions: prints its port."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

OBJECTS: dict[str, tuple[int, bytes]] = {}
GENERATIONS = iter(range(1, 1_000_000))


class Handler(BaseHTTPRequestHandler):
    """PUT, GET, DELETE of objects, and the list of a bucket."""

    def do_PUT(self) -> None:
        """Writes, if the generation is the one that was named (0: none)."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        wanted = self.headers.get("x-goog-if-generation-match")
        held = OBJECTS.get(self._key, (0, b""))[0]
        if wanted is not None and int(wanted) != held:
            return self._answer(412)
        OBJECTS[self._key] = (next(GENERATIONS), content)
        return self._answer(200, generation=OBJECTS[self._key][0])

    def do_GET(self) -> None:
        """An object, or the list where the query asks for one."""
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            return self._answer(200, _list(query.get("prefix", [""])[0]))
        if self._key not in OBJECTS:
            return self._answer(404)
        generation, content = OBJECTS[self._key]
        return self._answer(200, content, generation)

    def do_DELETE(self) -> None:
        """Removes an object."""
        self._answer(204 if OBJECTS.pop(self._key, None) else 404)

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).split("/", 2)[2]

    def _answer(self, status: int, content: bytes = b"", generation: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{generation}"')
        self.send_header("x-goog-generation", str(generation))
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 09:00:00 GMT")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _list(prefix: str) -> bytes:
    below = [each for each in sorted(OBJECTS) if each.startswith(prefix)]
    folders = {prefix + each.removeprefix(prefix).split("/")[0] + "/" for each in below if "/" in each[len(prefix) :]}
    files = [each for each in below if "/" not in each[len(prefix) :]]
    contents = "".join(
        f"<Contents><Key>{escape(each)}</Key><LastModified>2026-11-23T09:00:00Z</LastModified>"
        f"<ETag>&quot;{OBJECTS[each][0]}&quot;</ETag><Size>{len(OBJECTS[each][1])}</Size></Contents>"
        for each in files
    )
    prefixes = "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(folders))
    return f"<ListBucketResult>{contents}{prefixes}</ListBucketResult>".encode()


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()

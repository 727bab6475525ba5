"""Fetching what a person names by address: from a real server on the loopback address, which is refused otherwise."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from embeddings import Embedder
from qa import Library
from qa.documents import Limits
from qa.errors import DocumentError
from qa.library.address import PUBLIC, Reach, fetch, is_public

PAGE = "<html><head><title>通知</title></head><body><p>图书馆周一闭馆，周二至周日开放。</p></body></html>".encode()
LOOPBACK = ipaddress.ip_address("127.0.0.1")


class Handler(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        match self.path.split("?")[0]:
            case "/page" | "/a.pdf" | "/%E9%80%9A%E7%9F%A5":
                self.reply(PAGE, "text/html; charset=utf-8")
            case "/notes.md" | "/notes":
                self.reply("# 通知\n\n周一闭馆。".encode(), "text/plain")
            case "/named":
                self.reply(
                    b"abc", "application/octet-stream", ("Content-Disposition", "attachment; filename=../../x.txt")
                )
            case "/packed":
                self.reply(gzip.compress(PAGE), "text/html", ("Content-Encoding", "gzip"))
            case "/bomb":
                self.reply(gzip.compress(bytes(5 << 20)), "text/plain", ("Content-Encoding", "gzip"))
            case "/large":
                self.reply(bytes(3000), "text/plain")
            case "/endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(bytes(1000))
                except OSError:
                    pass
            case "/slow":
                self.send_response(200)
                self.end_headers()
                try:
                    for _ in range(100):
                        self.wfile.write(b"a")
                        time.sleep(0.05)
                except OSError:
                    pass
            case "/cut":
                self.send_response(200)
                self.send_header("Content-Length", "500")
                self.end_headers()
                self.wfile.write(b"abc")
            case "/to":
                self.send_response(302)
                self.send_header("Location", self.path.partition("?")[2])
                self.end_headers()
            case "/round":
                self.send_response(302)
                self.send_header("Location", "/round")
                self.end_headers()
            case _:
                self.send_error(404)

    def reply(self, data: bytes, kind: str, *headers: tuple[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for header in headers:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://example.test:{made.server_address[1]}"
    made.shutdown()
    made.server_close()


# The names of these tests lead to this machine, which only they may ask.
HERE = Reach(seconds=10, resolve=lambda host, port: ["127.0.0.1"], allowed=lambda address: address == LOOPBACK)


def refused(address: str, reach: Reach = HERE) -> str:
    with pytest.raises(DocumentError) as caught:
        fetch(address, Limits(document=2000), reach)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/page", "page.html"),
        ("/a.pdf", "a.html"),
        ("/notes.md", "notes.md"),
        ("/notes", "notes.txt"),
        ("/named", "x.txt"),
        ("/packed", "packed.html"),
        ("/通知", "通知.html"),
    ],
)
def test_the_type_decides_the_format(server: str, path: str, name: str) -> None:
    found = fetch(server + path, Limits(), HERE)
    assert found.name == name
    assert found.data == PAGE or not name.endswith(".html")


def test_redirects_are_followed_and_each_is_looked_at(server: str) -> None:
    assert fetch(f"{server}/to?/page", Limits(), HERE).address == f"{server}/page"
    assert "leads on more than 5 times" in refused(f"{server}/round")
    assert "not on the public internet" in refused(
        f"{server}/to?http://inner.test/",
        Reach(resolve=lambda host, port: ["10.0.0.1" if host == "inner.test" else "127.0.0.1"], allowed=HERE.allowed),
    )
    assert "no address that can be fetched" in refused(f"{server}/to?file:///etc/passwd")
    assert "no address that can be fetched" in refused(f"{server}/to?ftp://example.test/a")


def test_a_name_is_resolved_once(server: str) -> None:
    """The second answer, another place, never counts."""
    asked = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    assert fetch(f"{server}/page", Limits(), Reach(resolve=changing, allowed=HERE.allowed)).data == PAGE
    assert asked == ["example.test"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_what_is_not_public_is_refused(host: str) -> None:
    said = refused(f"http://{host}/a", PUBLIC)
    assert "not on the public internet" in said or "no server" in said


def test_what_is_public() -> None:
    assert is_public(ipaddress.ip_address("1.1.1.1"))
    assert is_public(ipaddress.ip_address("2606:4700::1111"))


def test_one_place_of_several_that_is_not_public_is_enough() -> None:
    mixed = Reach(resolve=lambda host, port: ["1.1.1.1", "127.0.0.1"])
    assert "127.0.0.1, which is not on the public internet" in refused("http://example.test/", mixed)


def test_size_and_time(server: str) -> None:
    for path in ("/large", "/endless", "/bomb"):
        assert "gives more than 0 MB" in refused(server + path), path
    begun = time.monotonic()
    hasty = Reach(seconds=0.4, resolve=HERE.resolve, allowed=HERE.allowed)
    assert "takes longer than 0.4 seconds" in refused(f"{server}/slow", hasty)
    assert time.monotonic() - begun < 4


def test_servers_that_fail(server: str) -> None:
    assert "answers 404" in refused(f"{server}/nothing")
    assert "breaks off" in refused(f"{server}/cut")
    assert "does not prove who it is" in refused(f"https{server.removeprefix('http')}/page")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "does not answer" in refused(f"http://example.test:{port}/")

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "there is no server example.test" in refused("http://example.test/", Reach(resolve=unknown))


@pytest.mark.parametrize(
    "address",
    ["https://", "http://user:word@example.test/", "http://example.test:99999/", "http://[x]/", "http://a b/"],
)
def test_what_is_no_address(address: str) -> None:
    assert refused(address)


def test_an_address_in_a_library(server: str, tmp_path: Path, embedder: Embedder) -> None:
    with Library.open(tmp_path / "library", model=embedder) as library:
        report = library.add([f"{server}/page#top", f"{server}/nothing", "ftp://example.test/a"], reach=HERE)
        assert [a.status for a in report.additions] == ["added", "failed", "failed"]
        (document,) = library.documents()
        assert (document.title, document.path, document.source) == ("通知", f"{server}/page", f"{server}/page")
        assert library.original(document.id) == ("page.html", PAGE)
        assert [u.location for u in library.unread()] == [f"{server}/nothing"]
        Handler.asked.clear()
        assert library.update().additions == ()
        assert Handler.asked == []
        assert [a.status for a in library.add(f"{server}/page", reach=HERE).additions] == ["unchanged"]
        assert [a.status for a in library.add(f"{server}/page").additions] == ["failed"]

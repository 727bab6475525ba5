"""Fetching a document from an address that a person names: the only thing in Yinda that does so, and nothing else is.

Addresses inside what was fetched are not followed, and nothing of it is run. Only servers on the public internet are
asked: a name is resolved once, every address that it gives is looked at, and the connection goes to one of those, so
that a name that changes its mind leads nowhere else; redirects are looked at like the first address. No proxy is used.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from urllib.parse import quote, unquote, urljoin, urlsplit

from qa.documents import SUFFIXES, mail
from qa.documents.containers import suffix
from qa.documents.formats import FORMATS
from qa.documents.limits import MB, Limits
from qa.errors import DocumentError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TYPES = {
    "application/xhtml+xml": ".html",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "text/x-markdown": ".md",
}
# What servers say that do not know: then the name decides.
_VAGUE = frozenset(("", "application/octet-stream", "binary/octet-stream", "text/plain", "application/download"))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_CHUNK = 1 << 16
_SAFE = "/%:@!$&'()*+,;=~-._"
_HOST = re.compile(r"[A-Za-z0-9._:%-]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the order in which they are tried; raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet: not this machine, its network, or a range kept for other ends."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far fetching goes: ``seconds`` for one address in all, and so many ``redirects``.

    ``resolve`` and ``allowed`` say where names lead and which addresses may be asked; they are for tests, which serve
    on the loopback address, and for networks of one's own that a program trusts.
    """

    seconds: float = 60.0
    redirects: int = 5
    resolve: Callable[[str, int], Sequence[str]] = resolve
    allowed: Callable[[IPAddress], bool] = is_public


PUBLIC = Reach()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: its bytes, a file name with the suffix of its format, and where it came from in the end."""

    data: bytes
    name: str
    address: str


def fetch(address: str, limits: Limits, reach: Reach = PUBLIC) -> Fetched:
    """Fetch a document. Raises ``DocumentError`` in one line for all that can go wrong."""
    deadline = time.monotonic() + reach.seconds
    at = address
    for _ in range(reach.redirects + 1):
        found = _request(at, limits, reach, deadline, address)
        if isinstance(found, Fetched):
            return found
        at = urljoin(at, found)
    raise DocumentError(f"{address} leads on more than {reach.redirects} times.", "Name the address where it ends.")


def _request(at: str, limits: Limits, reach: Reach, deadline: float, asked: str) -> Fetched | str:
    """The document at an address, or the address that it redirects to."""
    secure, host, port, target = _taken_apart(at, asked)
    connection = _connected(secure, host, port, reach, deadline, asked)
    with contextlib.closing(connection), _in_time(connection, deadline, reach, asked):
        connection.request("GET", target, headers={"User-Agent": "yinda", "Accept-Encoding": "identity"})
        answer = connection.getresponse()
        if answer.status in _REDIRECTS and (onward := answer.headers.get("Location")):
            # Bare UTF-8, which HTTP reads as Latin-1.
            return onward.encode("latin-1", "replace").decode("utf-8", "replace")
        if answer.status != 200:
            raise DocumentError(f"{asked} gives no document: the server answers {answer.status}.", "Check the address.")
        name = _name(answer.headers, at)
        most = limits.archive if suffix(name) in SUFFIXES - FORMATS.keys() else limits.document
        data = _body(answer, most, asked)
    return Fetched(data, name, at)


def _taken_apart(at: str, asked: str) -> tuple[bool, str, int, str]:
    wrong = DocumentError(f"{asked} is no address that can be fetched.", "Name one with https:// or http://")
    try:
        parts = urlsplit(at)
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise wrong
        host = host if ":" in host else host.encode("idna").decode("ascii")
        if not _HOST.fullmatch(host):
            raise wrong
    except ValueError as error:  # also what is no host name
        raise wrong from error
    secure = parts.scheme == "https"
    target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else "")
    return secure, host, port or (443 if secure else 80), target


def _connected(
    secure: bool, host: str, port: int, reach: Reach, deadline: float, asked: str
) -> http.client.HTTPConnection:
    """A connection to one of the addresses of a host, after a look at all of them."""
    try:
        places = [ipaddress.ip_address(place.partition("%")[0]) for place in reach.resolve(host, port)]
    except (OSError, ValueError) as error:
        raise DocumentError(f"{asked}: there is no server {host}.", "Check the address and the network.") from error
    for place in places:
        if not reach.allowed(place):
            raise DocumentError(
                f"{asked} leads to {place}, which is not on the public internet: it is not fetched.",
                "Save the page in a browser, and add the file.",
            )
    connection = http.client.HTTPConnection(host, port)
    for place in places:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_slow(asked, reach)
        try:
            connection.sock = socket.create_connection((str(place), port), timeout=left)
            break
        except OSError:
            continue
    else:
        raise DocumentError(f"{asked}: the server does not answer.", "Check the address and the network.")
    if secure:
        try:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
            with _in_time(connection, deadline, reach, asked):
                connection.sock.do_handshake()
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def _in_time(connection: http.client.HTTPConnection, deadline: float, reach: Reach, asked: str) -> Iterator[None]:
    """End what goes on over the connection at the deadline, also where bytes keep dripping in."""
    late = threading.Event()
    stream = connection.sock  # the connection lets go of it when it reads the last of an answer

    def end() -> None:
        late.set()
        with contextlib.suppress(OSError):
            # Not the shutdown of TLS, which waits for the other side.
            socket.socket.shutdown(stream, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except DocumentError:
        raise
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise _too_slow(asked, reach) from error
        if isinstance(error, ssl.SSLError):
            raise DocumentError(f"{asked}: the server does not prove who it is.", "Check the address.") from error
        raise DocumentError(f"{asked}: the server breaks off its answer.", "Try again.") from error
    finally:
        timer.cancel()
    if late.is_set():
        raise _too_slow(asked, reach)


def _too_slow(asked: str, reach: Reach) -> DocumentError:
    return DocumentError(
        f"{asked} takes longer than {reach.seconds:g} seconds.", "Try again, or fetch it in a browser."
    )


def _body(answer: http.client.HTTPResponse, most: int, asked: str) -> bytes:
    too_large = DocumentError(f"{asked} gives more than {most / MB:,.0f} MB.", "Fetch it in a browser, and split it.")
    if (answer.length or 0) > most:
        raise too_large
    unpack = _unpacking(answer.headers.get("Content-Encoding", ""), asked)
    out = bytearray()
    while chunk := answer.read1(_CHUNK):
        out += unpack(chunk, most + 1 - len(out))
        if len(out) > most:
            raise too_large
    if answer.length:
        raise http.client.IncompleteRead(b"")
    return bytes(out)


def _unpacking(encoding: str, asked: str) -> Callable[[bytes, int], bytes]:
    """What undoes an encoding that was not asked for, at most so many bytes at a time."""
    if encoding.lower() in ("", "identity"):
        return lambda chunk, most: chunk
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise DocumentError(f"{asked} is sent in a way that is not read ({encoding[:20]}).", "Fetch it in a browser.")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def unpack(chunk: bytes, most: int) -> bytes:
        try:
            return unpacker.decompress(chunk, most)
        except zlib.error as error:
            raise http.client.HTTPException from error

    return unpack


def _name(headers: Message, at: str) -> str:
    """A file name: the one that the server gives, or else the last part of the address, with its format's suffix."""
    kind = headers.get_content_type() if headers.get("Content-Type") else ""
    parts = urlsplit(at)
    name = mail.file_name(headers) or unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]) or str(parts.hostname)
    name = _UNSAFE.sub("_", name)[-150:]
    by_type = _TYPES.get(kind) or next((end for end, form in FORMATS.items() if form.media_type == kind), None)
    end = suffix(name)
    if end in SUFFIXES and (kind in _VAGUE or by_type is None or FORMATS.get(end) is FORMATS.get(by_type)):
        return name
    return f"{name.removesuffix(end) if end in SUFFIXES else name}{by_type}" if by_type else name

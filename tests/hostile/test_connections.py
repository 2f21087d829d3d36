"""Slow clients, endless heads and too many connections: each is ended, and a class goes on."""

import asyncio
import json
import resource
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from server.connections import Connection, Server
from tests.browser.demo import DemoServer
from tests.town import new_id

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
PARTS = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = 64 * 1024 * 1024
_DATA_SEGMENTS_IN = 152
"""Where Linux's tcp_info counts the segments with data that came."""
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]


class Hasty(Connection):
    head_s = 0.2
    body_s = 0.6
    stalled_s = 0.6
    least_rate = 1_000_000
    most = 5


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with how much it was sent, or with very much."""
    got, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        got, more = got + len(message["body"]), message["more_body"]
    body = bytes(LARGE) if scope["path"] == "/large" else str(got).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving() -> AsyncIterator[Connect]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(uvicorn.Config(_app, http=Hasty, ws="none", lifespan="off", log_level="critical"))
        running = asyncio.create_task(server._serve([listening]))
        yield lambda: asyncio.open_connection(*listening.getsockname())
        server.should_exit = server.force_exit = True
        await running


async def said(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server ends the connection."""
    async with asyncio.timeout(30):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


SLOW = {
    "nothing at all": [b""],
    "half a head": [b"GET / HTTP/1.1\r\nHost:"],
    "a head and half a head": [GET, GET[:9]],
    "half a body": [POST, b"x" * 500],
    "half a body in parts": [PARTS, b"5\r\nabcde\r\n"],
    "line ends": [GET, b"\r\n"],
}


@pytest.mark.parametrize("pieces", SLOW.values(), ids=SLOW.keys())
async def test_who_does_not_go_on_is_ended(pieces: list[bytes]) -> None:
    async with serving() as connect:
        reader, writer = await connect()
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        answers = await said(reader)
        assert answers.count(b"HTTP/1.1 200 OK") == pieces.count(GET)


@pytest.mark.parametrize("piece", [b"a", b"\r\n"])
async def test_a_drop_now_and_then_does_not_keep_a_connection(piece: bytes) -> None:
    async with serving() as connect:
        reader, writer = await connect()
        ended = asyncio.create_task(said(reader))
        writer.write(GET if piece == b"\r\n" else GET[:-4])
        while not ended.done():
            writer.write(piece)
            await asyncio.wait([ended], timeout=0.05)


async def test_who_reads_nothing_is_ended() -> None:
    async with serving() as connect:
        reader, writer = await connect()
        reader._limit = 1  # type: ignore[attr-defined]  # asyncio would read ahead
        writer.write(GET.replace(b"/ ", b"/large "))
        await writer.drain()
        async with asyncio.timeout(30):
            await writer.wait_closed() if writer.is_closing() else await _until_ended(writer)


async def _until_ended(writer: asyncio.StreamWriter) -> None:
    """Writing fails once the other end is gone."""
    try:
        while True:
            writer.write(b"\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)
    except ConnectionError:
        return


ENDLESS = {
    "address": b"GET /" + b"x" * 200_000,
    "header": GET[:-2] + b"A: " + b"x" * 200_000,
    "headers": GET[:-2] + b"A: b\r\n" * 40_000,
    "trailers": PARTS + b"5\r\nabcde\r\n0\r\n" + b"A: b\r\n" * 40_000,
    "length": PARTS + b"1\r\na\r\n" + b"0" * 200_000,
}


@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS.keys())
async def test_an_endless_head_is_refused(endless: bytes) -> None:
    async with serving() as connect:
        reader, writer = await connect()
        writer.write(endless)
        answer = await said(reader)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 Bad Request")


async def test_a_large_body_in_small_parts_is_taken_and_so_is_the_next_request() -> None:
    async with serving() as connect:
        reader, writer = await connect()
        writer.write(PARTS + b"a\r\n0123456789\r\n" * 50_000 + b"0\r\n\r\n")
        writer.write(GET)
        answers = await said(reader)
        assert answers.count(b"HTTP/1.1 200 OK") == 2
        assert b"\r\n500000HTTP/1.1" in answers


async def test_who_asks_comes_before_who_waits() -> None:
    async with serving() as connect:
        waiting = [await connect() for _ in range(20)]
        reader, writer = await connect()
        writer.write(GET)
        assert (await said(reader)).startswith(b"HTTP/1.1 200 OK")
        for other, closing in waiting:
            await said(other)
            closing.close()


@pytest.mark.parametrize("slow", [2000])
def test_slow_connections_do_not_stop_a_class(tmp_path: Path, slow: int) -> None:
    """A class joins and delivers among two thousand that send half a head or half a body."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < slow + 500:
        pytest.skip("This process may not open so many files: ulimit -n 4096.")
    server = DemoServer(tmp_path).start()
    try:
        asyncio.run(_play(server, slow))
    finally:
        server.stop()


async def _play(server: DemoServer, slow: int) -> None:
    half = b"POST /api/v1/join HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n{"
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(slow)]
    for number, (_, writer) in enumerate(held):
        writer.write(half if number % 2 else half[:30])
    link = server.classes[0].link.rpartition("/")[2]
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as client:
        tablets = [
            (await client.post("/api/v1/join", json={"link": link})).raise_for_status().json() for _ in range(25)
        ]
        replies = await asyncio.gather(*(_deliver(client, tablet) for tablet in tablets))
        page = await server_page(server, client)
    assert [reply["items"] for reply in replies if {each["s"] for each in reply["items"].values()} != {"stored"}] == []
    assert page == 200
    for _, writer in held:
        writer.close()


async def _deliver(client: httpx2.AsyncClient, tablet: Any) -> Any:
    body = {"revision": tablet["revision"], "lang": "fi", "answers": {"q1": "home"}, "end": "done"}
    request = {
        "proto": 1,
        "rid": "slow",
        "session": tablet["session"],
        "items": [{"id": new_id(), "body": json.dumps(body)} for _ in range(2)],
        "ledger": {"confirmed": 2, "pending": 0, "attention": 0},
        "tablet": {"ready": "yes", "turn": "idle"},
    }
    headers = {"Authorization": f"Bearer {tablet['token']}"}
    return (await client.post("/api/v1/sync", json=request, headers=headers)).raise_for_status().json()


async def server_page(server: DemoServer, client: httpx2.AsyncClient) -> int:
    """The teacher's page still comes."""
    email, password = server.password("teacher")
    await client.post("/staff/sign-in", data={"email": email, "password": password})
    return (await client.get(f"/staff/sessions/{server.classes[0].id}")).status_code


async def test_a_head_goes_with_its_body() -> None:
    async with serving() as connect:
        reader, writer = await connect()
        writer.write(GET)
        async with asyncio.timeout(30):
            await reader.readuntil(b"\r\n\r\n0")
        info = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
        assert struct.unpack_from("I", info, _DATA_SEGMENTS_IN) == (1,)

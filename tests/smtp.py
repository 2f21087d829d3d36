"""A real SMTP server that keeps what it is given, on a port of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from server.settings import Smtp


@dataclass
class Postbox:
    """`refuses` is an address that the server does not know."""

    port: int = 0
    refuses: str = ""
    letters: list[EmailMessage] = field(default_factory=list)

    @property
    def settings(self) -> Smtp:
        return Smtp("127.0.0.1", self.port, "off", "", "", "tyck@stad.example")

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 postbox\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"RCPT" and self.refuses and self.refuses.encode() in line:
                writer.write(b"550 nobody here\r\n")
            elif word == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                letter = message_from_bytes(body[:-5], _class=EmailMessage, policy=policy.default)
                self.letters.append(letter)
                writer.write(b"250 kept\r\n")
            else:
                writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")
            await writer.drain()
        writer.close()


@asynccontextmanager
async def open_postbox() -> AsyncIterator[Postbox]:
    postbox = Postbox()
    server = await asyncio.start_server(postbox.talk, "127.0.0.1", 0)
    postbox.port = server.sockets[0].getsockname()[1]
    try:
        yield postbox
    finally:
        server.close()

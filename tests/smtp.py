#!/usr/bin/python3
"""An SMTP server for tests (aiosmtpd): smtp.py FOLDER PORT. Prints 'listening on PORT' and writes each mail that it takes as an .eml file into FOLDER.

What it answers is in the local part of the recipient: refuse-550@..., busy-450-2@... (450 the first two times); a sender is refused alike: refuse-530@... is told to log in. Nobody is let in."""
import asyncio, os, re, sys, uuid
from aiosmtpd.smtp import SMTP, AuthResult

folder, port = sys.argv[1], int(sys.argv[2])
busy = {}


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if match := re.match(r"refuse-(\d{3})@", address):
            return f"{match[1]} 5.7.0 Not from you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if match := re.match(r"refuse-(\d{3})@", address):
            return f"{match[1]} 5.1.1 There is nobody of that name"
        if match := re.match(r"busy-(\d{3})-(\d+)@", address):
            busy[address] = busy.get(address, 0) + 1
            if busy[address] <= int(match[2]):
                return f"{match[1]} 4.2.1 Come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = os.path.join(folder, uuid.uuid4().hex)
        with open(name + ".tmp", "wb") as file:
            file.write(b"X-Envelope-To: " + ",".join(envelope.rcpt_tos).encode() + b"\r\n" + envelope.original_content)
        os.rename(name + ".tmp", name + ".eml")
        return "250 Taken"


async def main():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler(), enable_SMTPUTF8=False, auth_require_tls=False, authenticator=lambda *_: AuthResult(success=False, handled=False)), "127.0.0.1", port)
    print("listening on", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())

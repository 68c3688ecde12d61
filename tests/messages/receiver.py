"""A mail server or a webhook's receiver for tests, with the standard library alone.

    receiver.py smtp|http PORT OUT MODE [CERT KEY]

PORT 0 takes any free one; the port is printed. Each message taken is a line of JSON in OUT. MODE is a file whose word
is read anew for each connection:

    ok              take it
    refuse          550 to the recipient, or 422
    busy            451, or 503
    silent          accept the connection and say nothing
    lose            take the message and break the connection before the answer

With CERT and KEY, smtp offers STARTTLS and http is https. `plain` as CERT offers none.
"""

import base64
import email
import email.policy
import http.server
import json
import os
import socketserver
import ssl
import sys
import threading
import time

KIND, PORT, OUT, MODE = sys.argv[1:5]
CERT, KEY = (sys.argv[5:] + [None, None])[:2]
LOCK = threading.Lock()


def mode():
    with open(MODE, encoding="utf-8") as file:
        return file.read().strip()


def keep(message):
    with LOCK, open(OUT, "a", encoding="utf-8") as file:
        file.write(json.dumps(message, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERT, KEY)
    return context


class Smtp(socketserver.BaseRequestHandler):
    """RFC 5321 as far as one sender needs it."""

    def handle(self):
        self.connection, self.encrypted, self.user = self.request, False, None
        self.connection.settimeout(60)
        self.word = mode()
        if self.word == "silent":
            time.sleep(45)
            return
        self.lines = self.connection.makefile("rb")
        self.say("220 test")
        try:
            while line := self.lines.readline().decode().strip():
                if not self.answer(line):
                    return
        except (OSError, ssl.SSLError):
            return

    def say(self, text):
        self.connection.sendall((text + "\r\n").encode())

    def answer(self, line):
        verb = line.split(" ", 1)[0].upper()
        if verb == "EHLO":
            self.say("250-test")
            if CERT and not self.encrypted:
                self.say("250-STARTTLS")
            self.say("250 AUTH PLAIN LOGIN")
        elif verb == "STARTTLS":
            self.say("220 go on")
            self.connection = tls().wrap_socket(self.connection, server_side=True)
            self.lines = self.connection.makefile("rb")
            self.encrypted = True
        elif verb == "AUTH":
            _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            if password != "pareizā":
                self.say("535 wrong")
                return True
            self.user = user
            self.say("235 welcome")
        elif verb == "MAIL":
            self.say("451 later" if self.word == "busy" else "250 ok")
        elif verb == "RCPT":
            self.recipient = line
            self.say("550 no such mailbox" if self.word == "refuse" else "250 ok")
        elif verb == "DATA":
            self.say("354 go on")
            return self.take()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def take(self):
        raw = b""
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                return False
            raw += line[1:] if line.startswith(b".") else line
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        keep(
            {
                "id": parsed["Message-ID"],
                "from": str(parsed["From"]),
                "to": str(parsed["To"]),
                "subject": str(parsed["Subject"]),
                "auto": parsed["Auto-Submitted"],
                "date": str(parsed["Date"]),
                "text": parsed.get_content(),
                "raw": raw.decode(),
                "encrypted": self.encrypted,
                "user": self.user,
                "at": time.time(),
            }
        )
        if self.word == "lose":
            return False
        self.say("250 taken")
        return True


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        word = mode()
        if word == "silent":
            time.sleep(45)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if word in ("ok", "lose"):
            keep(
                {
                    "id": self.headers["Rinda-Message"],
                    "signature": self.headers["Rinda-Signature"],
                    "type": self.headers["Content-Type"],
                    "body": body.decode(),
                    "at": time.time(),
                }
            )
        if word == "lose":
            self.connection.close()
            return
        self.send_response({"ok": 204, "busy": 503, "refuse": 422, "move": 307}[word])
        if word == "move":
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    server = Server(("127.0.0.1", int(PORT)), Smtp if KIND == "smtp" else Hook)
    if KIND == "http" and CERT:
        server.socket = tls().wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()

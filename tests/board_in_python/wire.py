"""Frames and messages of the kiosk board's wire, version 1.

Written from firmware-protocol/README.md alone; it shares nothing with the Rust crate.
"""

import struct

VERSION = 1
MAX_PLAIN = 64
MAX_COBS = 65
CRC_BYTES = 4
U32_MAX = 2**32 - 1
U64_MAX = 2**64 - 1


class FrameError(Exception):
    """A frame that cannot be read; `kind` is the README's name for it."""

    def __init__(self, kind, version=None):
        super().__init__(kind)
        self.kind = kind
        self.version = version


def crc32c(data):
    crc = U32_MAX
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x82F63B78 if crc & 1 else crc >> 1
    return crc ^ U32_MAX


def stuff(plain):
    """COBS for at most 64 bytes: no piece is long enough for the special case."""
    pieces = plain.split(b"\0")
    return b"".join(bytes([len(piece) + 1]) + piece for piece in pieces)


def unstuff(stuffed):
    plain = bytearray()
    at = 0
    while at < len(stuffed):
        code = stuffed[at]
        piece = stuffed[at + 1 : at + code]
        if code == 0 or len(piece) < code - 1:
            raise FrameError("BadCobs")
        plain += piece
        at += code
        if at < len(stuffed):
            plain.append(0)
    if len(plain) > MAX_PLAIN:
        raise FrameError("BadCobs")
    return bytes(plain)


def frame(message):
    """The bytes on the line of one message, without the zero that goes before a Hello."""
    checked = bytes([VERSION]) + message
    return stuff(checked + struct.pack("<I", crc32c(checked))) + b"\0"


def unframe(stuffed):
    """The message in a frame without its zero."""
    if len(stuffed) > MAX_COBS:
        raise FrameError("TooLong")
    plain = unstuff(stuffed)
    checked, crc = plain[:-CRC_BYTES], plain[-CRC_BYTES:]
    if len(plain) < CRC_BYTES or struct.pack("<I", crc32c(checked)) != crc:
        raise FrameError("BadCrc")
    if not checked:
        raise FrameError("Malformed")
    if checked[0] != VERSION:
        raise FrameError("Version", checked[0])
    return checked[1:]


class FrameReader:
    """Cuts a stream at its zeros. Too long a frame is told once and skipped."""

    def __init__(self):
        self.held = bytearray()
        self.skipping = False

    def read(self, data):
        """Yields what stands between zeros: messages and FrameErrors."""
        for byte in data:
            if byte != 0:
                if self.skipping:
                    continue
                self.held.append(byte)
                if len(self.held) > MAX_COBS:
                    self.skipping = True
                    yield FrameError("TooLong")
                continue
            stuffed, skipped = bytes(self.held), self.skipping
            self.held.clear()
            self.skipping = False
            if skipped or not stuffed:
                continue
            try:
                yield unframe(stuffed)
            except FrameError as error:
                yield error


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Fields:
    """Reads the fields of a message in order."""

    def __init__(self, message):
        self.message = message
        self.at = 0

    def byte(self):
        if self.at == len(self.message):
            raise FrameError("Malformed")
        self.at += 1
        return self.message[self.at - 1]

    def u32(self):
        return self.varint(5, U32_MAX)

    def varint(self, longest, largest):
        value = 0
        for place in range(longest):
            byte = self.byte()
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if value > largest:
                    raise FrameError("Malformed")
                return value
        raise FrameError("Malformed")

    def choice(self, count):
        value = self.u32()
        if value >= count:
            raise FrameError("Malformed")
        return value

    def end(self):
        if self.at != len(self.message):
            raise FrameError("Malformed")


def read_host_message(message):
    """A message of the host as (name, fields...)."""
    fields = Fields(message)
    kind = fields.choice(5)
    if kind == 0:
        read = ("Hello", fields.u32())
    elif kind == 1:
        read = ("AckPress", fields.u32(), fields.u32())
    elif kind == 2:
        read = ("SetLamps", fields.u32(), tuple(fields.choice(4) for _ in range(3)))
    elif kind == 3:
        read = ("Heartbeat", fields.u32())
    else:
        read = ("Reset", fields.u32())
    fields.end()
    return read


def hello(firmware, uid, boot_id, reset_reason, oldest, next_seq, session, now_ms):
    """The board's Hello, with the zero before it."""
    message = bytes([0, VERSION, VERSION, *firmware]) + uid + varint(boot_id) + varint(reset_reason)
    message += varint(oldest) + varint(next_seq) + varint(session) + varint(now_ms)
    return b"\0" + frame(message)


def press(seq, button, at_ms, held_ms, bounces):
    message = bytes([1]) + varint(seq) + bytes([button]) + varint(at_ms) + varint(held_ms)
    return frame(message + bytes([bounces]))


def heartbeat(session, now_ms, unacked):
    return frame(bytes([2]) + varint(session) + varint(now_ms) + bytes([unacked]))


def ack(command):
    return frame(bytes([3]) + varint(command))


def nak(command, reason):
    return frame(bytes([4]) + varint(command) + varint(reason))


def fault(code, arg):
    return frame(bytes([5]) + varint(code) + varint(arg))

"""A kiosk button board in Python: the standard library and firmware-protocol/README.md, nothing else.

    python3 board.py LINK      LINK becomes a symbolic link to the board's serial line, a pty

Lines on standard input move its contacts and break its line:

    down N | up N      contact N closes, opens
    bounce N           contact N closes, opens and closes again
    drop N             the next N AckPress are lost on their way
    corrupt press      the next Press loses a bit on its way

Standard output tells what a bystander sees: `session S`, `press SEQ`, `acked SEQ`, `lamps a b c`.
"""

import os
import pty
import select
import sys
import time
import tty

import wire

DEBOUNCE_MS = 30
REPEAT_MS = 100
HEARTBEAT_MS = 1000
SILENCE_MS = 3000
VERSION_ANSWER_MS = 1000
FAULT_GAP_MS = 200
STUCK_MS = 60_000
TURN_S = 0.005
RING = 16
ANSWERS = 4
FIRMWARE = (0, 1, 0)
POWER_ON, REQUESTED = 1, 5
STALE, UNACKED_PRESSES = 0, 1
RING_FULL, BAD_FRAME, VERSION, BAD_ACK, STUCK = range(5)
LIT_BELOW_MS = (0, 1000, 500, 100)
LAMP_NAMES = ("off", "on", "blink", "out-of-service")
OUT_OF_SERVICE = (3, 3, 3)


class Press:
    def __init__(self, seq, button, at_ms):
        self.seq = seq
        self.button = button
        self.at_ms = at_ms
        self.released_ms = None
        self.bounces = 0

    def frame(self, now):
        until = now if self.released_ms is None else self.released_ms
        held = min(until - self.at_ms, wire.U32_MAX)
        return wire.press(self.seq, self.button, self.at_ms, held, self.bounces)


class Contact:
    """One button: what its edges mean."""

    def __init__(self, button):
        self.button = button
        self.closed = False
        self.edge_ms = 0
        self.down_ms = None
        self.press = None

    def edge(self, closed, now):
        """Takes a level. True if it is a press."""
        if closed == self.closed:
            return False
        bounce = now - self.edge_ms < DEBOUNCE_MS
        self.closed = closed
        self.edge_ms = now
        self.down_ms = now if closed else None
        if closed and not bounce:
            self.press = None
            return True
        if self.press is not None:
            self.press.bounces = min(self.press.bounces + bounce, 255)
            self.press.released_ms = None if closed else now
        return False

    def stuck(self, now):
        return self.down_ms is not None and now - self.down_ms >= STUCK_MS


class Board:
    """The board's rules, with the time passed in as milliseconds since its start."""

    def __init__(self, uid, boot_id, reset_reason):
        self.uid = uid
        self.boot_id = boot_id
        self.reset_reason = reset_reason
        self.contacts = [Contact(button) for button in (1, 2, 3)]
        self.reader = wire.FrameReader()
        self.ring = []
        self.next_seq = 1
        self.session = 0
        self.heard_ms = 0
        self.lamps = OUT_OF_SERVICE
        self.carried_out = 0
        self.answers = []
        self.hello_due = False
        self.version_hello_ms = None
        self.press_due_ms = 0
        self.heartbeat_due_ms = 0
        self.fault_due_ms = 0
        self.faults = {}
        self.faults_waiting = set()
        self.stuck = 0
        self.reset_accepted = False

    def alive(self, now):
        return self.session != 0 and now - self.heard_ms < SILENCE_MS

    def shown(self, now):
        return self.lamps if self.alive(now) else OUT_OF_SERVICE

    # Buttons

    def level(self, button, closed, now):
        contact = self.contacts[button - 1]
        if not contact.edge(closed, now):
            return
        if len(self.ring) == RING:
            self.fault(RING_FULL, self.faults.get(RING_FULL, 0) + 1)
            return
        contact.press = Press(self.next_seq, button, now)
        self.next_seq += 1
        self.ring.append(contact.press)
        if len(self.ring) == 1:
            self.press_due_ms = now

    # What the host says

    def receive(self, data, now):
        for read in self.reader.read(data):
            try:
                if isinstance(read, wire.FrameError):
                    raise read
                self.obey(wire.read_host_message(read), now)
            except wire.FrameError as error:
                self.bad_frame(error, now)

    def bad_frame(self, error, now):
        if error.kind != "Version":
            self.fault(BAD_FRAME, self.faults.get(BAD_FRAME, 0) + 1)
            return
        self.fault(VERSION, error.version)
        last = self.version_hello_ms
        if last is None or now - last >= VERSION_ANSWER_MS:
            self.version_hello_ms = now
            self.hello_due = True

    def obey(self, message, now):
        name, number = message[0], message[1]
        if name == "Heartbeat" and number != self.session:
            return
        if name == "Hello" and number != self.session:
            if number != 0:
                self.open_session(number, now)
            return
        if self.session != 0:
            self.hear(now)
        if name == "Hello":
            self.hello_due = True
        elif name == "AckPress":
            self.acknowledged(number, message[2], now)
        elif name in ("SetLamps", "Reset") and self.session != 0 and len(self.answers) < ANSWERS:
            self.answers.append(self.answer(*message))

    def hear(self, now):
        if not self.alive(now):
            self.press_due_ms = now
            self.heartbeat_due_ms = now
        self.heard_ms = now

    def open_session(self, session, now):
        self.session = session
        self.heard_ms = now
        self.lamps = OUT_OF_SERVICE
        self.carried_out = 0
        self.answers = []
        self.reset_accepted = False
        self.hello_due = True
        self.press_due_ms = now
        self.heartbeat_due_ms = now + HEARTBEAT_MS
        self.fault_due_ms = now
        self.faults_waiting = set(self.faults)

    def answer(self, command, number, lamps=None):
        """Carries out a command or refuses it."""
        if number < self.carried_out:
            return wire.nak(number, STALE)
        if command == "Reset" and self.ring:
            return wire.nak(number, UNACKED_PRESSES)
        self.carried_out = number
        if command == "Reset":
            self.reset_accepted = True
        else:
            self.lamps = lamps
        return wire.ack(number)

    def acknowledged(self, boot_id, up_to, now):
        if boot_id != self.boot_id:
            return
        if up_to >= self.next_seq:
            self.fault(BAD_ACK, self.faults.get(BAD_ACK, 0) + 1)
            return
        kept = [press for press in self.ring if press.seq > up_to]
        if len(kept) < len(self.ring):
            self.ring = kept
            self.press_due_ms = now

    # What the board says

    def fault(self, code, arg):
        self.faults[code] = arg
        self.faults_waiting.add(code)

    def watch_for_stuck_buttons(self, now):
        stuck = sum(1 << n for n, contact in enumerate(self.contacts) if contact.stuck(now))
        if stuck & ~self.stuck:
            self.fault(STUCK, stuck)
        self.stuck = stuck

    def say(self, now):
        """The next frame that is due, or None."""
        self.watch_for_stuck_buttons(now)
        alive = self.alive(now)
        if self.hello_due:
            self.hello_due = False
            return self.hello(now, self.session if alive else 0)
        if not alive:
            return None
        if self.answers:
            return self.answers.pop(0)
        if self.ring and now >= self.press_due_ms:
            self.press_due_ms = now + REPEAT_MS
            return self.ring[0].frame(now)
        if self.faults_waiting and now >= self.fault_due_ms:
            self.fault_due_ms = now + FAULT_GAP_MS
            code = min(self.faults_waiting)
            self.faults_waiting.remove(code)
            return wire.fault(code, self.faults[code])
        if now >= self.heartbeat_due_ms:
            self.heartbeat_due_ms = now + HEARTBEAT_MS
            return wire.heartbeat(self.session, now, len(self.ring))
        return None

    def hello(self, now, session):
        oldest = self.ring[0].seq if self.ring else self.next_seq
        return wire.hello(
            FIRMWARE, self.uid, self.boot_id, self.reset_reason,
            oldest, self.next_seq, session, now,
        )  # fmt: skip

    def reset_due(self):
        return self.reset_accepted and not self.answers and not self.ring


class Wiring:
    """The board on a pty, with hands on its contacts and a knife at its cable."""

    def __init__(self, link):
        self.master, self.slave = pty.openpty()  # the slave stays open, or reads end with EIO
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        make_link(os.ttyname(self.slave), link)
        self.uid = os.urandom(8)
        self.board = None
        self.start(POWER_ON)
        self.outgoing = b""
        self.commands = b""
        self.acks_to_drop = 0
        self.half_frame = b""
        self.corrupt_press = False
        self.told = {}

    def start(self, reset_reason):
        self.zero = time.monotonic_ns()
        boot_id = int.from_bytes(os.urandom(4), "little")
        self.board = Board(self.uid, boot_id, reset_reason)

    def now(self):
        return (time.monotonic_ns() - self.zero) // 1_000_000

    def run(self):
        while True:
            readable, _, _ = select.select([self.master, 0], [], [], TURN_S)
            if 0 in readable and not self.take_commands():
                return
            if self.master in readable:
                self.take_bytes()
            self.speak()
            if not self.outgoing and self.board.reset_due():
                self.start(REQUESTED)
            self.tell()

    def speak(self):
        """Gives the line what it takes, asking for another frame after each."""
        while True:
            if not self.outgoing:
                self.outgoing = self.on_its_way(self.board.say(self.now()))
            if not self.outgoing:
                return
            try:
                self.outgoing = self.outgoing[os.write(self.master, self.outgoing) :]
            except BlockingIOError:
                return

    def on_its_way(self, said):
        if said is None:
            return b""
        if is_press(said):
            print("press", self.board.ring[0].seq, flush=True)
            if self.corrupt_press:
                self.corrupt_press = False
                return said[:3] + bytes([said[3] ^ 0x10]) + said[4:]
        return said

    def take_bytes(self):
        data = self.half_frame + os.read(self.master, 4096)
        if self.acks_to_drop:  # only whole frames can be told apart
            whole = data.rfind(b"\0") + 1
            data, self.half_frame = data[:whole], data[whole:]
        else:
            self.half_frame = b""
        while self.acks_to_drop and len(kept := without_first_ack(data)) < len(data):
            self.acks_to_drop -= 1
            data = kept
        before = [press.seq for press in self.board.ring]
        self.board.receive(data, self.now())
        after = {press.seq for press in self.board.ring}
        for seq in before:
            if seq not in after:
                print("acked", seq, flush=True)

    def take_commands(self):
        data = os.read(0, 4096)
        *lines, self.commands = (self.commands + data).split(b"\n")
        for line in lines:
            self.command(line.decode().split())
        return data != b""

    def command(self, words):
        now = self.now()
        match words:
            case ["down" | "up" as move, button]:
                self.board.level(int(button), move == "down", now)
            case ["bounce", button]:
                for closed in (True, False, True):
                    self.board.level(int(button), closed, now)
            case ["drop", acks]:
                self.acks_to_drop = int(acks)
            case ["corrupt", "press"]:
                self.corrupt_press = True
            case _:
                sys.exit(f"unknown command {words}; the top of this file lists them")

    def tell(self):
        now = self.now()
        lamps = " ".join(LAMP_NAMES[lamp] for lamp in self.board.shown(now))
        session = self.board.session if self.board.alive(now) else 0
        for what, value in (("session", session), ("lamps", lamps)):
            if self.told.get(what) != value:
                self.told[what] = value
                print(what, value, flush=True)


def is_press(said):
    return said[:1] != b"\0" and wire.unframe(said[:-1])[:1] == b"\1"


def without_first_ack(data):
    """The bytes without the first whole AckPress frame, as if it were lost on the line."""
    at = 0
    while (end := data.find(b"\0", at)) >= 0:
        try:
            if end > at and wire.unframe(data[at:end])[:1] == b"\1":
                print("ack lost", flush=True)
                return data[:at] + data[end + 1 :]
        except wire.FrameError:
            pass
        at = end + 1
    return data


def make_link(target, link):
    if os.path.islink(link):
        os.unlink(link)
    os.symlink(target, link)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Wiring(sys.argv[1]).run()

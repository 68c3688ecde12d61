"""The worked frames of firmware-protocol/README.md, byte by byte: `python3 test_wire.py`."""

import unittest

import wire

SESSION = 0x5EED0001
BOOT_ID = 0xDEADBEEF
UID = bytes.fromhex("0011223344556677")


class WorkedFrames(unittest.TestCase):
    def test_crc_check_value(self):
        self.assertEqual(wire.crc32c(b"123456789"), 0xE3069283)

    def test_what_the_board_says(self):
        hello = "00 02 01 06 01 01 02 03 04 1B 11 22 33 44 55 66 77 EF FD B6 F5 0D 01 29 2A 81 80 B4"
        for said, line in (
            (wire.hello((2, 3, 4), UID, BOOT_ID, 1, 41, 42, SESSION, 1234),
             hello + " F7 05 D2 09 BF 52 6A F6 00"),
            (wire.press(42, 2, 86400000, 300, 3),
             "10 01 01 2A 02 80 B8 99 29 AC 02 03 E1 90 C8 0F 00"),
            (wire.heartbeat(SESSION, 86400000, 16),
             "11 01 02 81 80 B4 F7 05 80 B8 99 29 10 C1 0A 5D A7 00"),
            (wire.ack(7), "08 01 03 07 76 FD 08 25 00"),
            (wire.nak(7, 0), "04 01 04 07 05 20 8C 91 71 00"),
            (wire.nak(300, 1), "0A 01 04 AC 02 01 0F 8D 83 1F 00"),
            (wire.fault(0, 1), "03 01 05 06 01 18 54 D6 5C 00"),
            (wire.fault(4, 5), "09 01 05 04 05 DB A2 C6 D5 00"),
        ):  # fmt: skip
            self.assertEqual(said.hex(" ").upper(), line)

    def test_what_the_host_says(self):
        for line, message in (
            ("00 02 01 0A 81 80 B4 F7 05 8A 93 37 58 00", ("Hello", SESSION)),
            ("0D 01 01 EF FD B6 F5 0D 2A F2 E9 16 C9 00", ("AckPress", BOOT_ID, 42)),
            ("04 01 02 07 07 01 02 81 98 A1 23 00", ("SetLamps", 7, (0, 1, 2))),
            ("0B 01 02 08 03 03 03 33 30 E5 F3 00", ("SetLamps", 8, (3, 3, 3))),
            ("0C 01 03 81 80 B4 F7 05 50 58 8B 6C 00", ("Heartbeat", SESSION)),
            ("08 01 04 09 14 8B 1D F3 00", ("Reset", 9)),
        ):
            read = list(wire.FrameReader().read(bytes.fromhex(line)))
            self.assertEqual([wire.read_host_message(plain) for plain in read], [message])

    def test_what_is_refused(self):
        other, unknown, long = (
            next(iter(wire.FrameReader().read(bytes.fromhex(line))))
            for line in (
                "02 02 0A 81 80 B4 F7 05 D2 E6 32 E0 00",
                "07 01 06 4D 08 62 C4 00",
                "05" * 66 + "00",
            )
        )
        self.assertEqual((other.kind, other.version), ("Version", 2))
        with self.assertRaises(wire.FrameError):
            wire.read_host_message(unknown)
        self.assertEqual(long.kind, "TooLong")


if __name__ == "__main__":
    unittest.main()

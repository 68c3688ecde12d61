"""What other programs say of the two Baltic pages, as JSON on standard output.

bytes: the bytes python-escpos sends for each Latvian letter, without its choice of the page.
upper: what Python's codec reads in the bytes 80 to FF; null where the page has no character.
"""

import json

from escpos.printer import Dummy

LETTERS = "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ"


def text_bytes(page, letter):
    printer = Dummy(profile="TM-T20II")
    printer.charcode(page)
    start = len(printer.output)  # the bytes that choose the page
    printer.text(letter)
    return printer.output[start:].hex()


def read(codec, byte):
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return None


print(
    json.dumps(
        {
            page: {
                "bytes": {letter: text_bytes(page, letter) for letter in LETTERS},
                "upper": [read(page.lower(), byte) for byte in range(0x80, 0x100)],
            }
            for page in ("CP775", "CP1257")
        }
    )
)

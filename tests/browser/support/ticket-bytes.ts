/**
 * Reads a printed ticket from the bytes that reached the printer.
 *
 * Written from the ESC/POS manuals and the CP775 table alone, so that it can disagree with the
 * daemon's encoder and with the simulated printer. Whatever a ticket has no business to contain,
 * it refuses.
 */
export interface PrintedLine {
  text: string;
  /** Magnification, 1 to 8. */
  width: number;
  height: number;
  bold: boolean;
}

export interface PrintedTicket {
  lines: PrintedLine[];
  /** What the QR codes say. */
  qr: string[];
  cuts: number;
  /** Ids of confirmations asked for after the cut. */
  confirmations: string[];
}

const ESC = 0x1b;
const GS = 0x1d;
const LF = 0x0a;
/** `ESC t 33`: CP775 on printers of the Epson family. */
const CP775_ON_EPSON = 33;
const RULE = '─';

/** The bytes above ASCII that a Latvian ticket may use, by the CP775 table. */
const CP775: Record<number, string> = {
  0x83: 'ā',
  0xd1: 'č',
  0x89: 'ē',
  0x85: 'ģ',
  0x8c: 'ī',
  0xe9: 'ķ',
  0xeb: 'ļ',
  0xec: 'ņ',
  0xd5: 'š',
  0xd7: 'ū',
  0xd8: 'ž',
  0xa0: 'Ā',
  0xb6: 'Č',
  0xed: 'Ē',
  0x95: 'Ģ',
  0xa1: 'Ī',
  0xe8: 'Ķ',
  0xea: 'Ļ',
  0xee: 'Ņ',
  0xbe: 'Š',
  0xc7: 'Ū',
  0xcf: 'Ž',
  0xc4: RULE,
};

class Reader {
  at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error('the ticket ends within a command');
    this.at += 1;
    return byte;
  }

  take(count: number): Uint8Array {
    const taken = this.bytes.subarray(this.at, this.at + count);
    if (taken.length < count) throw new Error('the ticket ends within a command');
    this.at += count;
    return taken;
  }

  refuse(what: string): never {
    throw new Error(`${what} before byte ${this.at}`);
  }
}

class Printer {
  readonly ticket: PrintedTicket = { lines: [], qr: [], cuts: 0, confirmations: [] };
  private text = '';
  private style = { width: 1, height: 1, bold: false };
  private pageChosen = false;
  private stored: string | null = null;

  constructor(private readonly reader: Reader) {}

  read(): PrintedTicket {
    while (!this.reader.done) this.step(this.reader.next());
    if (this.text !== '') this.reader.refuse('a line without an end');
    return this.ticket;
  }

  private step(byte: number): void {
    if (byte === ESC) return this.escape(this.reader.next());
    if (byte === GS) return this.group(this.reader.next());
    if (this.ticket.cuts > 0) this.reader.refuse('printing after the cut');
    if (byte === LF) {
      this.ticket.lines.push({ text: this.text, ...this.style });
      this.text = '';
      return;
    }
    this.text += this.letter(byte);
  }

  private letter(byte: number): string {
    if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte);
    const letter = CP775[byte];
    if (letter === undefined) this.reader.refuse(`unknown byte 0x${byte.toString(16)}`);
    if (!this.pageChosen) this.reader.refuse('a letter without a code page');
    return letter;
  }

  private escape(command: number): void {
    switch (String.fromCharCode(command)) {
      case '@':
        this.style = { width: 1, height: 1, bold: false };
        return;
      case 't':
        if (this.reader.next() !== CP775_ON_EPSON) this.reader.refuse('another code page');
        this.pageChosen = true;
        return;
      case 'a':
        if (this.reader.next() > 2) this.reader.refuse('an unknown alignment');
        return;
      case 'E': {
        const bold = this.reader.next();
        if (bold > 1) this.reader.refuse('an unknown weight');
        this.style = { ...this.style, bold: bold === 1 };
        return;
      }
      default:
        this.reader.refuse(`unknown command ESC 0x${command.toString(16)}`);
    }
  }

  private group(command: number): void {
    switch (String.fromCharCode(command)) {
      case '!': {
        const size = this.reader.next();
        if ((size & 0x88) !== 0) this.reader.refuse('an unknown size');
        this.style = { ...this.style, width: (size >> 4) + 1, height: (size & 0x0f) + 1 };
        return;
      }
      case 'V': {
        if (this.text !== '') this.reader.refuse('a cut within a line');
        if (this.reader.next() !== 'B'.charCodeAt(0)) this.reader.refuse('an unknown cut');
        this.reader.next();
        this.ticket.cuts += 1;
        return;
      }
      case '(':
        return this.extended(String.fromCharCode(this.reader.next()));
      default:
        this.reader.refuse(`unknown command GS 0x${command.toString(16)}`);
    }
  }

  private extended(family: string): void {
    const [low = 0, high = 0] = this.reader.take(2);
    const parameters = this.reader.take(low + 256 * high);
    const ascii = Buffer.from(parameters).toString('latin1');
    if (family === 'k') return this.qrCode(ascii);
    if (family === 'H' && ascii.length === 6 && ascii.startsWith('00') && this.ticket.cuts > 0) {
      this.ticket.confirmations.push(ascii.slice(2));
      return;
    }
    this.reader.refuse(`unknown command GS ( ${family}`);
  }

  /** Symbol 49 is the QR code; functions 65 model, 67 module size, 69 error correction, 80 store, 81 print. */
  private qrCode(parameters: string): void {
    if (parameters[0] !== '1') this.reader.refuse('a code that is no QR code');
    const rest = parameters.slice(2);
    switch (parameters[1]) {
      case 'A':
        if (rest !== '2\0') this.reader.refuse('a QR model other than 2');
        return;
      case 'C':
        if (rest.length !== 1 || rest.charCodeAt(0) < 1 || rest.charCodeAt(0) > 16)
          this.reader.refuse('an unknown QR module size');
        return;
      case 'E':
        if (!/^[0-3]$/.test(rest)) this.reader.refuse('an unknown QR correction level');
        return;
      case 'P':
        if (rest[0] !== '0') this.reader.refuse('an unknown QR store');
        this.stored = rest.slice(1);
        return;
      case 'Q':
        if (rest !== '0' || this.stored === null) return this.reader.refuse('a QR code of nothing');
        this.ticket.qr.push(this.stored);
        this.stored = null;
        return;
      default:
        this.reader.refuse('an unknown QR function');
    }
  }
}

/** What the ticket says; throws at the first byte that has no business on a ticket. */
export function readTicket(bytes: Uint8Array): PrintedTicket {
  return new Printer(new Reader(bytes)).read();
}

/** `text` in CP775, for looking it up in a ticket byte for byte. */
export function inCp775(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0);
    if (code >= 0x20 && code <= 0x7e) return code;
    const byte = Object.entries(CP775).find(([, other]) => other === letter)?.[0];
    if (byte === undefined) throw new Error(`CP775 has no ${letter}`);
    return Number(byte);
  });
}

/**
 * A morning that is over, as a journal to import: at desk 2 a break that does not end, at desk 1 a queue that grows,
 * so that P 027 waits exactly fifty minutes. P 028 is out of turn and overtakes whoever waits.
 */
const OPENS_S = 8.5 * 3600;
const TICKETS = 30;
const EVERY_S = 120;
const AT_DESK_1_S = 255;
const AT_DESK_2_S = 240;
/** Those desk 2 serves before its break. */
const BY_DESK_2 = [2, 4, 6];
const OUT_OF_TURN = 28;
const CREDIT_S = 120 * 60;

type Event = Record<string, unknown> & { type: string };

const rinda = { kind: 'rinda' };
const kiosk = { kind: 'device', name: 'kiosks' };
const consultant = (login: string) => ({ kind: 'consultant', login });

const issuedAt = (ticket: number) => OPENS_S + (ticket - 1) * EVERY_S;

/** `midnight` is the local date's beginning, in milliseconds. */
export function morning(date: string, midnight: number): string {
  const moment = (second: number) => new Date(midnight + second * 1000).toISOString();
  const events: { second: number; actor: object; what: Event }[] = [];
  const happen = (second: number, actor: object, what: Event) => events.push({ second, actor, what });

  happen(OPENS_S - 60, rinda, { type: 'daemon_started', version: 'test' });
  happen(OPENS_S - 60, rinda, { type: 'day_began', date, unserved: [], unfinished: [] });
  for (const [desk, login] of [
    [1, 'anna'],
    [2, 'zane'],
  ] as const)
    happen(OPENS_S - 30, consultant(login), {
      type: 'desk_opened',
      desk,
      consultant: login,
      services: desk === 1 ? [1, 2, 3] : [1, 2],
    });
  for (let ticket = 1; ticket <= TICKETS; ticket += 1) {
    const at = issuedAt(ticket);
    const outOfTurn = ticket === OUT_OF_TURN;
    happen(at, outOfTurn ? consultant('anna') : kiosk, {
      type: 'ticket_issued',
      ticket,
      number: { series: 'P', number: ticket },
      service: 1,
      date,
      track: `morning${String(ticket).padStart(9, '0')}`,
      origin: outOfTurn ? { at: 'staff' } : { at: 'screen', kiosk: 'kiosks' },
      counts_from: moment(at - (outOfTurn ? CREDIT_S : 0)),
      out_of_turn: outOfTurn,
      ahead: Math.max(0, ticket - 8),
      promise: { p50_s: 900, p90_s: 1500 },
      print: null,
    });
  }
  serve(happen, moment);
  events.sort((a, b) => a.second - b.second);
  return events
    .map(({ second, actor, what }, index) =>
      JSON.stringify({ v: 1, seq: index + 1, at: moment(second), actor, fact: { about: 'queue', what } }),
    )
    .join('\n')
    .concat('\n');
}

type Happen = (second: number, actor: object, what: Event) => void;

/** Two desks and a queue, in the order of the calls. */
function serve(happen: Happen, moment: (second: number) => string): void {
  const left = Array.from({ length: TICKETS }, (_, index) => index + 1);
  const visit = (desk: number, ticket: number, from: number, length: number) => {
    const actor = consultant(desk === 1 ? 'anna' : 'zane');
    const earlier = left.filter((other) => other < ticket && issuedAt(other) <= from);
    left.splice(left.indexOf(ticket), 1);
    const outOfTurn = ticket === OUT_OF_TURN;
    happen(from, actor, {
      type: 'ticket_called',
      ticket,
      desk,
      reason: {
        rule: outOfTurn ? 'out_of_turn' : 'turn',
        counts_from: moment(issuedAt(ticket) - (outOfTurn ? CREDIT_S : 0)),
        overtook: earlier,
      },
    });
    happen(from + 20, actor, { type: 'customer_arrived', ticket, desk });
    happen(from + length - 1, actor, { type: 'ticket_finished', ticket, desk, outcome: null });
  };
  BY_DESK_2.forEach((ticket) => visit(2, ticket, issuedAt(ticket), AT_DESK_2_S));
  const breakAt = issuedAt(Math.max(...BY_DESK_2)) + AT_DESK_2_S;
  happen(breakAt, consultant('zane'), { type: 'break_started', desk: 2 });
  let free = OPENS_S;
  for (let ticket = left[0]; ticket !== undefined; ticket = left[0]) {
    const urgent = left.includes(OUT_OF_TURN) && issuedAt(OUT_OF_TURN) <= free;
    free = Math.max(free, issuedAt(ticket));
    visit(1, urgent ? OUT_OF_TURN : ticket, free, AT_DESK_1_S);
    free += AT_DESK_1_S;
  }
  happen(free, consultant('anna'), { type: 'desk_closed', desk: 1 });
  happen(free, consultant('zane'), { type: 'desk_closed', desk: 2 });
}

/**
 * A pretend centre for developing the pages without the daemon. It answers in the daemon's shapes
 * and knows just enough of the rules to walk through a day; it is never part of the built pages.
 */
import type {
  ClosingLine,
  Announcement,
  BoardView,
  Centre,
  DeskPhase,
  DeskView,
  KioskView,
  LastIssued,
  ManagerView,
  Service,
  TicketLine,
  TrackState,
  TrackView,
  ViewByName,
  ViewName,
} from '../src/lib/api/types.ts';
import { mischiefToday, staffingToday } from './staffing.ts';

import { PretendAppointments } from './appointments.ts';

const NAMES = ['Pasūtījumu pieņemšana', 'Pasūtījumu izsniegšana', 'Korporatīvie klienti'];
const SERVICES: Service[] = [1, 2, 3];
const nameOf = (service: Service) => NAMES[service - 1] ?? '';
const seriesOf = (service: Service) => 'PSK'.charAt(service - 1);
const MINUTE = 60_000;

interface Desk {
  number: number;
  services: Service[];
  consultant: string | null;
  phase: DeskPhase;
  finished: number;
}

const iso = (moment: number) => new Date(moment).toISOString();

export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
  ) {
    super(code);
  }
}

export class PretendCentre {
  sequence = 1;
  waiting: TicketLine[] = [];
  parked: TicketLine[] = [];
  noShows: TicketLine[] = [];
  calls: { number: string; desk: number; called_at: string }[] = [];
  announcements: Announcement[] = [];
  last: LastIssued | null = null;
  undo: DeskView['undo'] = null;
  help: string[] = [];
  /** Laid over the views, so that any state can be looked at. */
  overrides: Partial<Record<ViewName | 'track', object>> = {};
  desks: Desk[] = [
    this.#desk(1, [1, 2], 'vards.uzvards'),
    this.#desk(2, [1, 2], 'janis.ozols'),
    this.#desk(3, [1, 3], null),
    this.#desk(4, [2], null),
  ];
  readonly appointments = new PretendAppointments(nameOf);
  #nextId = 1;
  readonly #nextNumbers = [27, 14, 5];

  constructor() {
    const now = Date.now();
    for (const [service, age] of [
      [1, 21],
      [2, 17],
      [1, 12],
      [1, 9],
      [3, 6],
      [2, 3],
    ] as const)
      this.#ticket(service, now - age * MINUTE);
    this.last = null;
  }

  #desk(number: number, services: Service[], consultant: string | null): Desk {
    const phase: DeskPhase = consultant ? { kind: 'free', since: iso(Date.now()) } : { kind: 'closed' };
    return { number, services, consultant, phase, finished: consultant ? 7 : 0 };
  }

  #ticket(service: Service, at: number): TicketLine {
    const number = this.#nextNumbers[service - 1] ?? 1;
    this.#nextNumbers[service - 1] = number + 1;
    const ticket: TicketLine = {
      id: this.#nextId++,
      number: `${seriesOf(service)} ${String(number).padStart(3, '0')}`,
      service,
      service_name: nameOf(service),
      issued_at: iso(at),
      counts_from: iso(at),
      out_of_turn: false,
      transferred: false,
      reinstated: false,
      since: iso(at),
    };
    this.waiting.push(ticket);
    return ticket;
  }

  desk(number: number): Desk {
    const desk = this.desks.find((candidate) => candidate.number === number);
    if (!desk) throw new RefusedError(404, 'invalid', 'Šāda galda nav.');
    return desk;
  }

  checkIn(code: string): LastIssued {
    const found = this.appointments.find(code);
    if (typeof found === 'string') throw new RefusedError(409, found, 'Pieraksts nav pieņemts.');
    const last = this.issue(found.service, { slot: found.slot });
    found.state = 'checked_in';
    found.ticket = { id: last.id, number: last.number };
    return last;
  }

  issue(service: Service, appointment: { slot: string } | null = null): LastIssued {
    const ahead = this.waiting.filter((ticket) => ticket.service === service).length;
    const ticket = this.#ticket(service, Date.now());
    ticket.appointment = appointment;
    const last: LastIssued = {
      id: ticket.id,
      number: ticket.number,
      service,
      issued_at: ticket.issued_at,
      ahead,
      wait: this.#wait(service),
      may_not_suffice: false,
      slip: 'sending',
      appointment,
      track_path: `/t/token-${ticket.id}`,
    };
    this.last = last;
    return last;
  }

  slipPrinted(): void {
    if (this.last) this.last = { ...this.last, slip: 'printed' };
  }

  #wait(service: Service) {
    const ahead = this.waiting.filter((ticket) => ticket.service === service).length;
    return { p50_s: 240 * ahead, p90_s: 240 * ahead + 500 };
  }

  #next(desk: Desk): TicketLine | undefined {
    return this.waiting
      .filter((ticket) => desk.services.includes(ticket.service))
      .sort((a, b) => a.counts_from.localeCompare(b.counts_from))[0];
  }

  #call(desk: Desk, ticket: TicketLine, reason: string): void {
    const now = Date.now();
    this.waiting = this.waiting.filter((candidate) => candidate.id !== ticket.id);
    desk.phase = {
      kind: 'called',
      ticket,
      since: iso(now),
      deadline: iso(now + MINUTE),
      recalls: 0,
      reason,
    };
    this.calls.unshift({ number: ticket.number, desk: desk.number, called_at: iso(now) });
    this.calls.length = Math.min(this.calls.length, 4);
    this.#announce(ticket.number, desk.number, false);
    this.#undoable('call', ticket.number);
  }

  #announce(number: string, desk: number, repeat: boolean): void {
    this.announcements.push({
      id: this.sequence + 1,
      number,
      desk,
      at: iso(Date.now()),
      text: `Numurs ${number}. Lūdzu, pie ${desk}. galda.`,
      repeat,
      voice_path: `/api/v1/voice/${encodeURIComponent(number)}-${desk}.wav`,
    });
    this.announcements = this.announcements.slice(-6);
  }

  #undoable(step: string, number: string): void {
    this.undo = { step, number, until: iso(Date.now() + 10_000) };
  }

  /** Minutes that are over become no-shows by themselves, as with the daemon. */
  expire(): boolean {
    let changed = false;
    for (const desk of this.desks) {
      if (desk.phase.kind === 'called' && Date.parse(desk.phase.deadline) <= Date.now()) {
        this.act(desk.number, 'no-show', {});
        changed = true;
      }
    }
    return changed;
  }

  act(number: number, action: string, body: Record<string, unknown>): unknown {
    const desk = this.desk(number);
    const now = iso(Date.now());
    const phase = desk.phase;
    const free: DeskPhase = { kind: 'free', since: now };
    const ticket = 'ticket' in phase ? phase.ticket : undefined;
    switch (action) {
      case 'open':
        desk.consultant = 'vards.uzvards';
        desk.phase = free;
        if (Array.isArray(body.services)) desk.services = body.services as Service[];
        return {};
      case 'services':
        desk.services = [...(body.services as Service[])].sort();
        return {};
      case 'close':
        desk.consultant = null;
        desk.phase = { kind: 'closed' };
        return {};
      case 'break':
        desk.phase = { kind: 'break', since: now };
        return {};
      case 'back':
        desk.phase = free;
        return {};
      case 'call-next': {
        if (ticket) throw new RefusedError(409, 'desk_busy', 'Pie galda jau ir klients.');
        const next = this.#next(desk);
        if (!next) return { call: null };
        this.#call(desk, next, 'Gaida visilgāk: paņēma biļeti pirmais.');
        return { call: {} };
      }
      case 'call': {
        const chosen = this.waiting.find((candidate) => candidate.id === body.ticket);
        if (!chosen) throw new RefusedError(409, 'ticket_not_waiting', 'Šī biļete vairs negaida.');
        this.#call(desk, chosen, 'Izvēlēts ar roku.');
        return { call: {} };
      }
      case 'resume': {
        const parked = this.parked.find((candidate) => candidate.id === body.ticket);
        this.parked = this.parked.filter((candidate) => candidate !== parked);
        if (parked) this.#call(desk, parked, 'Atliktais klients.');
        return {};
      }
      default:
        if (!ticket) throw new RefusedError(409, 'not_called', 'Pie galda nav klienta.');
        return this.#withCustomer(desk, ticket, action, body);
    }
  }

  #withCustomer(desk: Desk, ticket: TicketLine, action: string, body: Record<string, unknown>): unknown {
    const now = iso(Date.now());
    const phase = desk.phase;
    const leave = () => {
      desk.phase = { kind: 'free', since: now };
    };
    switch (action) {
      case 'recall':
        if (phase.kind === 'called') desk.phase = { ...phase, recalls: phase.recalls + 1 };
        this.#announce(ticket.number, desk.number, true);
        return {};
      case 'arrived':
        desk.phase = { kind: 'serving', ticket, since: now };
        this.#undoable('arrived', ticket.number);
        return {};
      case 'documents':
        desk.phase = { kind: 'documents', ticket, since: now, arrived_at: now };
        this.#undoable('documents', ticket.number);
        return {};
      case 'finish':
        desk.finished += 1;
        leave();
        this.#undoable('finish', ticket.number);
        return {};
      case 'no-show':
        if (phase.kind === 'called' && Date.parse(phase.deadline) > Date.now())
          throw new RefusedError(409, 'minute_not_over', 'Minūte vēl nav pagājusi.');
        this.noShows.unshift({ ...ticket, since: now });
        leave();
        return {};
      case 'transfer':
        this.waiting.push({
          ...ticket,
          transferred: true,
          service: (body.service as Service) ?? ticket.service,
        });
        leave();
        return {};
      case 'park':
        this.parked.push({ ...ticket, since: now });
        leave();
        this.#undoable('park', ticket.number);
        return {};
      case 'undo':
        this.undo = null;
        return {};
      default:
        throw new RefusedError(404, 'invalid', 'Šādas darbības nav.');
    }
  }

  changeTicket(id: number, action: string): unknown {
    if (action === 'reinstate') {
      const ticket = this.noShows.find((candidate) => candidate.id === id);
      this.noShows = this.noShows.filter((candidate) => candidate !== ticket);
      if (ticket) this.waiting.push({ ...ticket, reinstated: true, counts_from: iso(Date.now()) });
    }
    if (action === 'cancel') this.waiting = this.waiting.filter((ticket) => ticket.id !== id);
    if (action === 'out-of-turn')
      this.waiting = this.waiting.map((ticket) =>
        ticket.id === id
          ? { ...ticket, out_of_turn: true, counts_from: iso(Date.now() - 120 * MINUTE) }
          : ticket,
      );
    return {};
  }

  view<V extends ViewName>(name: V, desk?: number): ViewByName[V] {
    const views: { [K in ViewName]: () => ViewByName[K] } = {
      kiosk: () => this.#kiosk(),
      board: () => this.#board(),
      desk: () => this.#deskView(desk ?? 1),
      manager: () => this.#manager(),
    };
    return { ...views[name](), ...this.overrides[name] };
  }

  readonly #centre = {
    name: 'Rīgas klientu apkalpošanas centrs',
    address: 'Puškina iela 14, Rīga',
    timezone: 'Europe/Riga',
    demo: true,
  };
  get #opening() {
    return { kind: 'open' as const, closes_at: iso(Date.now() + 3 * 3600_000), reception: true };
  }
  get #hours() {
    const monday = ['8.30–12.00', '12.30–18.00'];
    const plain = ['8.30–12.00', '12.30–17.00'];
    const start = Date.now();
    return Array.from({ length: 7 }, (_, index) => {
      const day = new Date(start + index * 86_400_000);
      const weekday = day.getUTCDay() || 7;
      return {
        weekday,
        date: iso(day.getTime()).slice(0, 10),
        intervals: weekday > 5 ? [] : weekday === 1 ? monday : weekday === 5 ? ['8.30–14.00'] : plain,
        reason: index === 3 ? 'Pirmssvētku diena' : null,
      };
    });
  }

  #queues() {
    return SERVICES.map((service) => {
      const queue = this.waiting.filter((ticket) => ticket.service === service);
      return {
        service,
        name: nameOf(service),
        waiting: queue.length,
        wait: this.#served(service) > 0 ? this.#wait(service) : null,
        served: this.#served(service) > 0,
        longest_since: queue.map((ticket) => ticket.issued_at).sort()[0] ?? null,
      };
    });
  }

  #served(service: Service): number {
    return this.desks.filter((desk) => desk.consultant && desk.services.includes(service)).length;
  }

  #kiosk(): KioskView {
    const last = this.last && Date.now() - Date.parse(this.last.issued_at) < 15_000 ? this.last : null;
    return {
      centre: this.#centre,
      kiosk: 'zale',
      opening: this.#opening,
      buttons: this.#queues().map((queue) => ({
        service: queue.service,
        name: queue.name,
        state: this.#served(queue.service) > 0 ? 'open' : 'no_desk',
        waiting: queue.waiting,
        wait: this.#served(queue.service) > 0 ? this.#wait(queue.service) : null,
        locked_until: last?.service === queue.service ? iso(Date.parse(last.issued_at) + 3000) : null,
      })),
      printer: 'ready',
      board: 'connected',
      lamps: ['on', 'on', 'on'],
      simulated: true,
      appointments: true,
      last,
      help_requested: this.help.length > 0,
      hours: this.#hours,
      press_lock_s: 3,
      alternatives: [],
      remaining: this.waiting.length,
    };
  }

  #board(): BoardView {
    const awaited = (number: string, desk: number) => {
      const phase = this.desk(desk).phase;
      return phase.kind === 'called' && phase.ticket.number === number;
    };
    return {
      centre: this.#centre,
      opening: this.#opening,
      calls: this.calls.map((call) => ({ ...call, awaited: awaited(call.number, call.desk) })),
      announcements: this.announcements,
      waiting: this.#queues(),
      notice: { text: 'Piektdien, 27. novembrī, strādājam līdz plkst. 14.00' },
      hours: this.#hours,
    };
  }

  #closing(): ClosingLine {
    const closes = new Date();
    closes.setHours(17, 0, 0, 0);
    return {
      closes_at: iso(closes.getTime()),
      is_over: false,
      remaining: this.waiting.length,
      forecast: {
        done_p50: iso(closes.getTime() - 25 * MINUTE),
        done_p90: iso(closes.getTime() + 5 * MINUTE),
        chance_percent: 84,
        warns: false,
      },
    };
  }

  #deskView(number: number): DeskView {
    const desk = this.desk(number);
    const next = this.#next(desk);
    return {
      centre: this.#centre,
      desk: number,
      consultant: desk.consultant,
      services: desk.services,
      services_possible: SERVICES,
      opening: this.#opening,
      phase: desk.phase,
      next: next ? { ticket: next, reason: 'Gaida visilgāk no šī galda pakalpojumiem.' } : null,
      nobody_because: next ? null : 'Gaidošie klienti ir pie pakalpojumiem, ko šis galds neapkalpo.',
      queues: this.#queues(),
      waiting: [...this.waiting].sort((a, b) => a.counts_from.localeCompare(b.counts_from)),
      parked: this.parked,
      no_shows: this.noShows,
      undo: this.undo && Date.parse(this.undo.until) > Date.now() ? this.undo : null,
      finished_today: desk.finished,
      closing: this.#closing(),
      alerts: [],
      check_payment: false,
      no_kiosk: false,
      help: this.help,
      desks: this.desks.map((other) => ({
        desk: other.number,
        open: other.consultant !== null,
        services: other.services,
      })),
      wait_target_s: 900,
    };
  }

  #manager(): ManagerView {
    return {
      centre: this.#centre,
      date: iso(Date.now()).slice(0, 10),
      calendar_changes: 0,
      opening: this.#opening,
      desks: this.desks.map((desk) => ({
        desk: desk.number,
        consultant: desk.consultant,
        services: desk.services,
        services_possible: SERVICES,
        phase: desk.phase,
        finished_today: desk.finished,
      })),
      queues: this.#queues().map((queue) => ({
        queue,
        issued: 31,
        finished: 24,
        no_shows: 2,
        cancelled: 1,
        wait_p50_s: 420,
        wait_p90_s: 1130,
        desks_open: this.#served(queue.service),
      })),
      kiosks: [
        {
          kiosk: 'zale',
          printer: 'paper_low',
          printer_since: iso(Date.now() - 8 * MINUTE),
          board: 'connected',
          slips_open: 0,
          suppressed_presses: 3,
          roll: {
            replaced_at: iso(Date.now() - 3 * 24 * 60 * MINUTE),
            printed: 655,
            capacity: 727,
            left: 72,
            near_end: true,
          },
        },
      ],
      appointments: this.appointments.today(),
      without_paper: [
        { id: 26, number: 'S 009', kiosk: 'zale', slip: 'unknown', since: iso(Date.now() - 2 * MINUTE) },
      ],
      displays: 1,
      display_list: [{ name: 'zale', state: 'well', since: iso(Date.now() - 3_600_000) }],
      monitor: 'on',
      closing: {
        ...this.#closing(),
        overtime: { p50_min: 0, p90_min: 18, mean_min: 5 },
        arrivals: 6,
        services: this.#queues().map(({ service, name }) => ({
          service,
          name,
          chance_percent: 64 + 10 * service,
          may_not_suffice: service === 1,
          stopped: null,
        })),
        help: null,
        open: [],
      },
      alerts: [
        {
          kind: 'printer',
          text: 'Automāta „zale” printerī drīz beigsies papīrs: ielieciet jaunu rulli.',
          since: iso(Date.now() - 8 * MINUTE),
          urgent: false,
        },
      ],
      curve: Array.from({ length: 11 }, (_, index) => ({
        label: `${8 + Math.floor((index + 1) / 2)}.${index % 2 ? '00' : '30'}`,
        issued: [2, 6, 9, 12, 14, 11, 8, 5, 7, 9, 6][index] ?? 0,
        called: [1, 5, 8, 10, 12, 12, 9, 6, 6, 8, 5][index] ?? 0,
        finished: [0, 4, 7, 9, 11, 12, 10, 7, 6, 7, 4][index] ?? 0,
      })),
      staffing: staffingToday,
      mischief: mischiefToday,
      wait_target_s: 900,
      journal_seq: 1204,
    };
  }

  answer(): Centre {
    return {
      ...this.#centre,
      build: 'dev',
      appointments: true,
      no_kiosk: false,
      date: iso(Date.now()).slice(0, 10),
      state: this.#opening,
      hours_today: this.#hours[0] ?? null,
      services: this.#queues().map((queue) => ({ ...queue, series: seriesOf(queue.service) })),
      desks: this.desks.map((desk) => ({
        desk: desk.number,
        open: desk.consultant !== null,
        phase: desk.phase.kind,
        services: desk.services,
      })),
      kiosks: ['zale'],
    };
  }

  track(token: string): TrackView {
    const id = Number(token.split('-')[1]);
    const index = this.waiting.findIndex((ticket) => ticket.id === id);
    const ticket = this.waiting[index];
    const state: TrackState =
      index >= 0
        ? { kind: 'waiting', ahead: index, wait: { p50_s: 600, p90_s: 1500 }, served: true }
        : { kind: 'finished' };
    return {
      centre: this.#centre.name,
      number: ticket?.number ?? 'P 027',
      service_name: ticket?.service_name ?? nameOf(1),
      appointment: ticket?.appointment ?? null,
      state,
      may_not_suffice: false,
      at: iso(Date.now()),
      timezone: 'Europe/Riga',
      ...this.overrides.track,
    };
  }
}

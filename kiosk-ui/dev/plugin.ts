/**
 * Serves the pretend centre behind `vite dev` and `vite preview`, with the daemon's page addresses
 * and, in preview, its content security policy. Nothing of it reaches the built pages.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Plugin, PreviewServer, ViteDevServer } from 'vite';
import { WebSocketServer, type WebSocket } from 'ws';
import type { LastIssued, Service, ViewName } from '../src/lib/api/types.ts';
import { calendar } from './calendar.ts';
import { halfHourDay } from './report-plots.ts';
import { report } from './report.ts';
import { PretendCentre, RefusedError } from './centre.ts';

const POLICY =
  "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "media-src 'self'; connect-src 'self' ws: wss:";
const PAGE = /^\/(kiosk|board|desk|manager)\/?$/;

interface Listener {
  socket: WebSocket;
  view: ViewName;
  desk: number | undefined;
}

class FixtureServer {
  readonly #centre = new PretendCentre();
  readonly #listeners = new Set<Listener>();
  #signedIn = false;
  #mute = false;

  attach(server: Server): void {
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'rinda.v1' });
    server.on('upgrade', (request, socket, head) => {
      const address = new URL(request.url ?? '/', 'http://localhost');
      if (address.pathname !== '/api/v1/live') return;
      sockets.handleUpgrade(request, socket, head, (accepted) => this.#welcome(accepted, address));
    });
    const beat = setInterval(() => {
      if (this.#centre.expire()) this.publish();
      if (this.#mute) return;
      for (const { socket } of this.#listeners)
        socket.send(JSON.stringify({ alive: new Date().toISOString() }));
    }, 1_000);
    server.on('close', () => clearInterval(beat));
  }

  #welcome(socket: WebSocket, address: URL): void {
    const view = address.searchParams.get('view') as ViewName;
    const desk = Number(address.searchParams.get('desk')) || undefined;
    const listener = { socket, view, desk };
    this.#listeners.add(listener);
    socket.on('close', () => this.#listeners.delete(listener));
    if (!this.#mute) this.#tell(listener);
  }

  #tell({ socket, view, desk }: Listener): void {
    const data = this.#centre.view(view, desk);
    const at = new Date().toISOString();
    socket.send(JSON.stringify({ sequence: this.#centre.sequence, view, at, data, build: 'dev' }));
  }

  publish(): void {
    this.#centre.sequence += 1;
    if (!this.#mute) for (const listener of this.#listeners) this.#tell(listener);
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (PAGE.test(path)) request.url = request.url?.replace(/^\/(\w+)\/?/, '/$1.html');
    else if (path.startsWith('/t/')) request.url = '/ticket.html';
    if (!path.startsWith('/api/') && path !== '/__fixture') return next();
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => this.#answer(request, response, path, text));
  };

  #answer(request: IncomingMessage, response: ServerResponse, path: string, text: string): void {
    const reply = (status: number, type: string, body: string | Buffer) => {
      response.writeHead(status, { 'Content-Type': type });
      response.end(body);
    };
    try {
      const json = (request.headers['content-type'] ?? '').startsWith('application/json');
      const body = json && text ? (JSON.parse(text) as Record<string, unknown>) : {};
      if (path.endsWith('.png'))
        return reply(200, 'image/svg+xml', slipDrawing(this.#centre.last?.number ?? ''));
      if (path.startsWith('/api/v1/voice/')) return reply(200, 'audio/wav', silence());
      const answer = this.#route(`${request.method} ${request.url ?? path}`, body);
      reply(200, 'application/json', JSON.stringify(answer ?? null));
    } catch (error) {
      const refusal = error instanceof RefusedError ? error : new RefusedError(500, 'unknown', String(error));
      const { status, code, detail } = refusal;
      reply(
        status,
        'application/problem+json',
        JSON.stringify({ type: 'about:blank', status, code, detail }),
      );
    }
  }

  #route(call: string, body: Record<string, unknown>): unknown {
    const centre = this.#centre;
    const { pathname: path, searchParams } = new URL(call.split(' ')[1] ?? '', 'http://localhost');
    const [, , , kind, id, action] = path.split('/');
    if (path === '/__fixture') {
      centre.overrides = { ...centre.overrides, ...body };
      this.#mute = body.mute === true;
      this.publish();
      return {};
    }
    if (kind === 'session') return this.#session(call, body);
    if (kind === 'centre') return centre.answer();
    if (kind === 'track') return centre.track(id ?? '');
    if (kind === 'calendar') return calendar(searchParams);
    if (kind === 'reports' && id === 'days') return halfHourDay(action ?? '');
    if (kind === 'reports') return report(action ?? '');
    if (kind === 'staff')
      return {
        staff: [
          { login: 'vards.uzvards', name: 'Vārds Uzvārds', role: 'consultant', disabled: false, demo: true },
        ],
      };
    if (kind === 'devices') return { devices: [{ name: 'zale', role: 'kiosk' }] };
    if (kind === 'appointments' && call.startsWith('GET')) {
      const { on, slots } = { on: searchParams.get('from'), slots: Number(searchParams.get('service')) };
      if (on) return centre.appointments.on(on);
      return centre.appointments.slots(searchParams.get('date') ?? '', slots as Service);
    }
    const changed = this.#change(kind, id, action, body);
    this.publish();
    return changed;
  }

  #change(
    kind: string | undefined,
    id: string | undefined,
    action: string | undefined,
    body: Record<string, unknown>,
  ) {
    const centre = this.#centre;
    if (kind === 'tickets' && !id) return this.#issue(body.service as Service);
    if (kind === 'simulated') return this.#issue(body.button as Service);
    if (kind === 'tickets') return centre.changeTicket(Number(id), action ?? '');
    if (kind === 'check-in') return this.#printed(centre.checkIn(String(body.code)));
    if (kind === 'appointments' && id === 'import') return centre.appointments.import();
    if (kind === 'appointments' && id) return centre.appointments.cancel(Number(id));
    if (kind === 'appointments') return centre.appointments.book(body.service as Service, String(body.slot));
    if (kind === 'desks') return centre.act(Number(id), action ?? '', body);
    if (kind === 'kiosk') {
      centre.help = id === 'help' ? ['zale'] : [];
      return {};
    }
    throw new RefusedError(404, 'invalid', 'Šādas adreses nav.');
  }

  #issue(service: Service): unknown {
    return this.#printed(this.#centre.issue(service));
  }

  #printed(issued: LastIssued): unknown {
    setTimeout(() => {
      this.#centre.slipPrinted();
      this.publish();
    }, 900);
    return { ...issued, track_url: issued.track_path };
  }

  #session(call: string, body: Record<string, unknown>): unknown {
    if (call.startsWith('POST')) {
      if (body.password === 'nepareiza')
        throw new RefusedError(401, 'wrong_password', 'Nepareizs lietotājvārds vai parole.');
      this.#signedIn = true;
    }
    if (call.startsWith('DELETE')) {
      this.#signedIn = false;
      return null;
    }
    if (!this.#signedIn) throw new RefusedError(401, 'not_signed_in', 'Jāpieslēdzas.');
    return { login: 'vards.uzvards', name: 'Vārds Uzvārds', role: 'admin', desk: null };
  }
}

function slipDrawing(number: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="576" height="760" font-family="monospace" text-anchor="middle">
<rect width="576" height="760" fill="#fff"/><text x="288" y="90" font-size="34">Valsts zemes dienests</text>
<text x="288" y="290" font-size="150" font-weight="bold">${number}</text><text x="288" y="380" font-size="36">Pasūtījumu pieņemšana</text>
<text x="288" y="450" font-size="32">22.11.2026. 10.42</text><rect x="188" y="500" width="200" height="200" fill="#000"/></svg>`;
}

/** A fifth of a second of nothing, as a WAV file. */
function silence(): Buffer {
  const samples = 1600;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  return wav;
}

export function fixtureCentre(): Plugin {
  const start = (host: ViteDevServer | PreviewServer, withPolicy: boolean) => {
    if (process.env.VITEST) return;
    const fixture = new FixtureServer();
    if (host.httpServer) fixture.attach(host.httpServer as Server);
    host.middlewares.use((request, response, next) => {
      if (withPolicy) response.setHeader('Content-Security-Policy', POLICY);
      fixture.handle(request, response, next);
    });
  };
  return {
    name: 'rinda-fixture-centre',
    configureServer: (server) => start(server, false),
    configurePreviewServer: (server) => start(server, true),
  };
}

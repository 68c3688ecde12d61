import type { ProblemBody } from './types';

/**
 * Requests to the daemon.
 *
 * One action of a person carries one `Idempotency-Key`; where the network fails the same request
 * goes again under the same key, so that an answer lost on the way cannot issue or call twice.
 */
const RETRY_DELAYS_MS = [300, 1_000, 2_500];
const TIMEOUT_MS = 8_000;

/** The daemon's "no", or the lack of an answer (`code` is then `network`). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** A Latvian sentence, empty where the daemon gave none. */
    readonly detail: string,
    /** After so many seconds it may be allowed, where the daemon says so. */
    readonly retryAfterS: number | null = null,
  ) {
    super(`${status} ${code} ${detail}`);
  }
}

/** A body that is no JSON, e.g. a file that somebody imports. */
export class TextBody {
  constructor(
    readonly text: string,
    readonly type: string,
  ) {}
}

let bearer: string | null = null;

/** Device pages send their key with every request. */
export function useBearer(key: string | null): void {
  bearer = key;
}

/** A random UUID (version 4); `crypto.randomUUID` exists only in secure contexts and kiosks may come over plain HTTP. */
export function idempotencyKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function send(method: string, path: string, body: unknown, key: string | null): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' });
  if (bearer) headers.set('Authorization', `Bearer ${bearer}`);
  const plain = body instanceof TextBody;
  if (body !== undefined) headers.set('Content-Type', plain ? body.type : 'application/json');
  if (key) headers.set('Idempotency-Key', key);
  return fetch(path, {
    method,
    headers,
    body: plain ? body.text : body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

async function problemFrom(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    const { code = 'unknown', detail = body.title ?? '', retry_after_s = null } = body;
    return new Problem(response.status, code, detail, retry_after_s);
  } catch {
    return new Problem(response.status, 'unknown', '');
  }
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const key = method === 'POST' ? idempotencyKey() : null;
  for (let attempt = 0; ; attempt += 1) {
    const delay = RETRY_DELAYS_MS[attempt];
    let response: Response;
    try {
      response = await send(method, path, body, key);
    } catch {
      if (delay === undefined) throw new Problem(0, 'network', '');
      await pause(delay);
      continue;
    }
    if (response.ok) {
      const text = await response.text();
      return (text ? JSON.parse(text) : null) as T;
    }
    const problem = await problemFrom(response);
    if (problem.status !== 503 || delay === undefined) throw problem;
    await pause(delay);
  }
}

export const get = <T>(path: string) => request<T>('GET', path);
export const post = <T = unknown>(path: string, body: unknown = {}) => request<T>('POST', path, body);
export const put = <T = unknown>(path: string, body: unknown) => request<T>('PUT', path, body);
export const remove = <T = unknown>(path: string) => request<T>('DELETE', path);

/** Raw bytes, for speech and pictures that need the device's key. */
export async function getBytes(path: string): Promise<Blob> {
  const response = await send('GET', path, undefined, null);
  if (!response.ok) throw await problemFrom(response);
  return response.blob();
}

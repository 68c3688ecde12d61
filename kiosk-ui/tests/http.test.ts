import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idempotencyKey, post, Problem } from '../src/lib/api/http';

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetched.mockReset();
});

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const keys = () => fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('Idempotency-Key'));

async function settled<T>(work: Promise<T>): Promise<T | Problem> {
  const outcome = work.catch((error: Problem) => error);
  await vi.runAllTimersAsync();
  return outcome;
}

describe('requests', () => {
  it('goes again under the same key when the network fails', async () => {
    fetched.mockRejectedValueOnce(new TypeError('no network')).mockResolvedValueOnce(json(201, { id: 1 }));
    expect(await settled(post('/api/v1/tickets', { service: 1 }))).toEqual({ id: 1 });
    expect(keys()).toHaveLength(2);
    expect(new Set(keys()).size).toBe(1);
  });

  it('goes again when the daemon is overloaded', async () => {
    fetched.mockResolvedValueOnce(json(503, { code: 'overloaded' })).mockResolvedValueOnce(json(200, null));
    expect(await settled(post('/api/v1/desks/1/recall'))).toBeNull();
    expect(new Set(keys()).size).toBe(1);
  });

  it('takes a refusal as final and keeps its code and sentence', async () => {
    fetched.mockResolvedValue(json(409, { code: 'minute_not_over', detail: 'Minūte vēl nav pagājusi.' }));
    const refusal = await settled(post('/api/v1/desks/1/no-show'));
    expect(refusal).toMatchObject({
      status: 409,
      code: 'minute_not_over',
      detail: 'Minūte vēl nav pagājusi.',
    });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  it('gives up with the code network', async () => {
    fetched.mockRejectedValue(new TypeError('no network'));
    expect(await settled(post('/api/v1/tickets', { service: 1 }))).toMatchObject({ code: 'network' });
  });

  it('uses a new key for each action', async () => {
    fetched.mockImplementation(() => Promise.resolve(json(200, {})));
    await settled(post('/api/v1/tickets', { service: 1 }));
    await settled(post('/api/v1/tickets', { service: 1 }));
    expect(new Set(keys()).size).toBe(2);
  });

  it('makes keys without a secure context too', () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    expect(idempotencyKey()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

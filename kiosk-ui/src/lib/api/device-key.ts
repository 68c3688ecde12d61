import { get, Problem } from './http';

/**
 * The key of a device page. It comes once in the address, is kept by the browser and leaves the
 * address at once, so that neither a photograph of the screen nor the history shows it.
 */
export function takeDeviceKey(page: 'kiosk' | 'board'): string | null {
  const storageName = `rinda.${page}.key`;
  const address = new URL(location.href);
  const given = address.searchParams.get('key');
  if (given) {
    localStorage.setItem(storageName, given);
    address.searchParams.delete('key');
    history.replaceState(null, '', address);
  }
  return given ?? localStorage.getItem(storageName);
}

/** Whether the daemon knows no such key; false also where it cannot be asked. */
export async function keyRefused(): Promise<boolean> {
  try {
    await get('/api/v1/centre');
    return false;
  } catch (error) {
    return error instanceof Problem && error.status === 401;
  }
}

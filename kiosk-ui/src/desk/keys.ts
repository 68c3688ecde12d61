/** The function keys of the desk. No single letters: those belong to whoever types (WCAG 2.1.4). */
export const KEY_ACTIONS = [
  'primary',
  'recall',
  'noShow',
  'documents',
  'finish',
  'undo',
  'appointments',
  'feedback',
] as const;
export type KeyAction = (typeof KEY_ACTIONS)[number];
export type KeyMap = Record<KeyAction, string>;

export const DEFAULT_KEYS: KeyMap = {
  primary: 'F2',
  recall: 'F4',
  noShow: 'F6',
  documents: 'F7',
  finish: 'F8',
  undo: 'F9',
  appointments: 'F10',
  feedback: 'F3',
};

const STORAGE = 'rinda.desk.keys';
const FUNCTION_KEYS = Array.from({ length: 12 }, (_, index) => `F${index + 1}`);

export function isFunctionKey(key: string): boolean {
  return FUNCTION_KEYS.includes(key);
}

/** The map with `key` given to `action`; the action that had the key takes over the freed one. */
export function remapped(keys: KeyMap, action: KeyAction, key: string): KeyMap {
  const changed = { ...keys, [action]: key };
  const holder = KEY_ACTIONS.find((other) => other !== action && keys[other] === key);
  if (holder) changed[holder] = keys[action];
  return changed;
}

type Stored = Partial<Record<KeyAction, unknown>>;

/** With keys for the actions that were not there when it was stored: their default, or the first free one. */
function completed(stored: Stored): Stored {
  const keys = { ...stored };
  for (const action of KEY_ACTIONS) {
    const taken = Object.values(keys);
    const isFree = (key: string) => !taken.includes(key);
    keys[action] ??= [DEFAULT_KEYS[action], ...FUNCTION_KEYS].find(isFree);
  }
  return keys;
}

/** What was stored, made whole: unknown or double entries fall back to the defaults. */
export function parseKeys(stored: string | null): KeyMap {
  if (!stored) return DEFAULT_KEYS;
  try {
    const parsed = completed(JSON.parse(stored) as Stored);
    const keys = KEY_ACTIONS.map((action) => parsed[action]);
    const sound = keys.every((key) => typeof key === 'string' && isFunctionKey(key));
    return sound && new Set(keys).size === keys.length ? (parsed as KeyMap) : DEFAULT_KEYS;
  } catch {
    return DEFAULT_KEYS;
  }
}

export const loadKeys = (): KeyMap => parseKeys(localStorage.getItem(STORAGE));
export const saveKeys = (keys: KeyMap): void => localStorage.setItem(STORAGE, JSON.stringify(keys));

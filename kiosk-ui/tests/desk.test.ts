import { describe, expect, it } from 'vitest';
import { DEFAULT_KEYS, isFunctionKey, parseKeys, remapped } from '../src/desk/keys';

describe('function keys', () => {
  it('swaps where another action holds the key', () =>
    expect(remapped(DEFAULT_KEYS, 'recall', 'F2')).toMatchObject({ recall: 'F2', primary: 'F4' }));

  it('leaves the others alone where the key is free', () =>
    expect(remapped(DEFAULT_KEYS, 'undo', 'F12')).toEqual({ ...DEFAULT_KEYS, undo: 'F12' }));

  it('takes no letters, no digits, no made-up keys', () =>
    expect(['a', '1', 'Enter', 'F0', 'F13', 'F1', 'F12'].filter(isFunctionKey)).toEqual(['F1', 'F12']));

  it.each([
    ['nothing', null],
    ['rubbish', '{'],
    ['a letter', JSON.stringify({ ...DEFAULT_KEYS, primary: 'a' })],
    ['a missing action', JSON.stringify({ primary: 'F2' })],
    ['one key twice', JSON.stringify({ ...DEFAULT_KEYS, recall: 'F2' })],
  ])('falls back to the defaults from %s', (_, stored) => expect(parseKeys(stored)).toEqual(DEFAULT_KEYS));

  it('keeps a map from before there were appointments', () => {
    const { appointments: _, ...before } = DEFAULT_KEYS;
    expect(parseKeys(JSON.stringify({ ...before, undo: 'F12' }))).toEqual({ ...DEFAULT_KEYS, undo: 'F12' });
    const taken = parseKeys(JSON.stringify({ ...before, undo: 'F10' }));
    expect(taken).toEqual({ ...DEFAULT_KEYS, undo: 'F10', appointments: 'F1' });
  });

  it('keeps a sound map', () => {
    const keys = { ...DEFAULT_KEYS, undo: 'F12' };
    expect(parseKeys(JSON.stringify(keys))).toEqual(keys);
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choose, distance, type Named } from '../../../src/api/names/choose.ts';

const WORDS = { kind: 'workspace', plural: 'workspaces' };
const ID = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const prod = { id: ID(1), name: 'prod' };
const test_ = { id: ID(2), name: 'test' };
const ALL: readonly Named[] = [
  { id: ID(11), name: 'etl', group: prod, state: 'ACTIVE' },
  { id: ID(12), name: 'etl', group: test_, state: 'SUSPENDED' },
  { id: ID(13), name: 'web', group: prod },
];
const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
};

describe('what is chosen', () => {
  test.each([
    ['web', 13],
    ['prod/etl', 11],
    [`${ID(2)}/etl`, 12],
    [ID(11), 11],
  ])('by %s is the one that it names', (wanted, id) => {
    expect(choose(ALL, wanted, WORDS).id).toBe(ID(id));
  });

  test('by a name of several is none, and each is told with its ID, group and state', () => {
    expect(messageOf(() => choose(ALL, 'etl', WORDS))).toBe(
      `2 workspaces are named etl. Use GROUP/NAME or an ID: ${ID(11)} (group prod, ACTIVE), ${ID(12)} (group test, SUSPENDED).`,
    );
  });

  test('by a name of none is none, and all names are told', () => {
    expect(messageOf(() => choose(ALL, 'wep', WORDS))).toBe(
      'There is no workspace named wep. There are: prod/etl, test/etl, prod/web.',
    );
    expect(messageOf(() => choose([], 'wep', WORDS))).toMatch(/This API key sees no workspace at all\.$/);
    expect(() => choose(ALL, 'prod/wep', WORDS)).toThrow(
      expect.objectContaining({ code: 'usage', fact: 'missing', path: 'prod/wep' }),
    );
  });

  test('among many by a name of none: the nearest names are told', () => {
    const many = Array.from({ length: 50 }, (_, at) => ({ id: ID(at), name: `load-${at}` }));
    const message = messageOf(() => choose([...many, { id: ID(99), name: 'Analytics' }], 'analitics', WORDS));
    expect(message).toMatch(
      /^There is no workspace named analitics\. Of 51 workspaces, the nearest are: Analytics, /,
    );
  });

  test('by an ID is never a thing of that name', () => {
    expect(() => choose([{ id: ID(1), name: ID(2) }], ID(2), WORDS)).toThrow(/with the ID/);
  });

  test('names of the service cannot steer a terminal', () => {
    expect(messageOf(() => choose([{ id: ID(1), name: '\u{1b}[2J' }], 'a', WORDS))).toContain('\\u{1b}[2J');
  });
});

test('a distance is that of texts: none to itself, the same both ways, never longer than the longer one', () => {
  const text = fc.string({ maxLength: 8, unit: 'grapheme' });
  expect(distance('kitten', 'sitting')).toBe(3);
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(distance(a, a)).toBe(0);
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance(a, b) === 0).toBe(a === b);
    }),
  );
});

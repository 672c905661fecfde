import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerpt, printable } from '../../src/model/printable.ts';

const text = fc.string({
  unit: fc.oneof(
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
    fc.constantFrom(
      '\u001b',
      '\n',
      '\u009b',
      '\u202e',
      '\u200d',
      '\u200c',
      '\u2028',
      '\ud800',
      '\ufeff',
      '\\',
      'é',
    ),
  ),
});
/** What steers a terminal, breaks a line, hides or reverses; joiners have a rule of their own. */
const HARMFUL = /[[\p{C}\p{Zl}\p{Zp}]--[\u200c\u200d]]/v;
const JOINS_NOTHING = /(?:^|[\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?:$|[\0-\x7f])/;

test('whatever comes from outside is one line without anything that is not seen', () => {
  fc.assert(
    fc.property(text, (given) => {
      const shown = printable(given);
      expect(shown).not.toMatch(HARMFUL);
      expect(shown).not.toMatch(JOINS_NOTHING);
      expect(printable(shown)).toBe(shown);
      expect(excerpt(given)).not.toMatch(HARMFUL);
      expect(excerpt(given, 10).length).toBeLessThanOrEqual(10);
    }),
    { numRuns: 2000 },
  );
});

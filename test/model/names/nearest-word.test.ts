import { expect, test } from 'vitest';
import { didYouMean, nearestWord } from '../../../src/model/names/nearest-word.ts';

const KNOWN = ['from', 'to', 'what', 'pace', 'trust_ledger', 'removal', 'max_requests_per_second'];

test.each([
  ['remval', 'removal'],
  ['form', 'from'],
  ['trustLedger', 'trust_ledger'],
  ['trust-ledger', 'trust_ledger'],
  ['max_request_per_second', 'max_requests_per_second'],
  ['too', 'to'],
])('%s was meant as %s', (word, known) => {
  expect(nearestWord(word, KNOWN)).toBe(known);
});

test.each(['banana', 'x'.repeat(100_000), ''])('nothing is near to %.10s', (word) => {
  expect(didYouMean(word, KNOWN)).toBe('');
});

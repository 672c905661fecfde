import { expect, test } from 'vitest';
import type { SentVersion } from '../../../../src/model/cluster/transfer-executor.ts';
import { takeOverTransfers } from '../../../../src/sync/execute/recovery/take-over-transfers.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';

const DIGESTS = { digest: undefined, sentDigest: undefined };

/** A run that was killed with one upload under way, and what the broker tells of the number of its intent. */
async function takenOver(tells: { readonly arrived?: SentVersion; readonly notBegun?: SentVersion }) {
  const ledger = memoryLedger();
  const [id] = ledger.addIntents([{ op: 'put', path: 'a', size: 3, version: 'v2', reason: 'changed' }], 0);
  const { arrived, notBegun } = tells;
  await takeOverTransfers(
    {
      takeOver: () =>
        Promise.resolve({
          arrived: new Map(arrived && [[id!, { ...arrived, ...DIGESTS }]]),
          notBegun: new Map(notBegun && [[id!, notBegun]]),
          recorded: () => Promise.resolve(),
        }),
    },
    ledger,
  );
  const left = { row: ledger.get('a')?.version, intents: ledger.intents().length };
  return left;
}

test('what arrived is recorded, and what was not begun is forgotten', async () => {
  expect(await takenOver({ arrived: { path: 'a', version: 'v2' } })).toEqual({ row: 'v2', intents: 0 });
  expect(await takenOver({ notBegun: { path: 'a', version: 'v2' } })).toEqual({ row: undefined, intents: 0 });
});

test.each([
  ['of another file', { path: 'b', version: 'v2' }],
  ['of an earlier version', { path: 'a', version: 'v1' }],
])('an old answer %s that had the same number settles nothing', async (_, of) => {
  expect(await takenOver({ arrived: of })).toEqual({ row: undefined, intents: 1 });
  expect(await takenOver({ notBegun: of })).toEqual({ row: undefined, intents: 1 });
});

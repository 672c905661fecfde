import { equal, ok } from 'node:assert/strict';
import { hasFact } from '../../model/errors.ts';
import type { PartialFile } from '../../model/ports.ts';
import { assertSameBytes, failed, rejectionOf } from '../assertions.ts';
import { patternedBytes, piecesOf } from '../contents.ts';
import type { CaseBodies } from '../contract-case.ts';
import { call, type Tried } from './tried.ts';

const AS = { replace: false, modifiedMs: undefined } as const;

/** Files that are written piece by piece, where a destination has them. */
export const partialFileCases: CaseBodies<Tried> = {
  'a partial file is seen under its name once it is whole': async (tried) => {
    await using partial = await open(tried);
    if (partial === undefined) return;
    const bytes = patternedBytes(300_000);
    for await (const piece of piecesOf(bytes, 70_000)) await partial.write(piece);
    equal(partial.size, bytes.byteLength);
    equal(await tried.stat('a.bin'), undefined, 'it is seen before it is whole');
    const { modifiedMs } = await partial.finish(AS);
    assertSameBytes(await tried.bytesOf('a.bin'), bytes, 'a.bin');
    equal((await tried.stat('a.bin'))?.modifiedMs, modifiedMs);
  },

  'a partial file that is discarded leaves nothing': async (tried) => {
    const partial = await open(tried);
    if (partial === undefined) return;
    await partial.write(patternedBytes(1000));
    await partial.discard();
    await partial[Symbol.asyncDispose]();
    equal((await tried.shownIn(''))?.length, 0);
  },

  'a partial file takes the place of no file unless it may': async (tried) => {
    for (const replace of [false, true]) {
      await using partial = await open(tried);
      if (partial === undefined) return;
      await partial.write(patternedBytes(1000));
      await tried.put('a.bin', 'old');
      const finished = partial.finish({ ...AS, replace });
      if (replace) ok(await finished);
      else {
        const error = await rejectionOf(finished, 'a name that is taken');
        if (!hasFact(error, 'taken')) throw failed(`'taken' was expected, not: ${String(error)}`, error);
        equal(await tried.textOf('a.bin'), 'old');
        await partial.discard();
      }
    }
    equal((await tried.stat('a.bin'))?.size, 1000);
  },
};

async function open({ destination }: Tried): Promise<PartialFile | undefined> {
  return destination.openPartial?.('a.bin', call);
}

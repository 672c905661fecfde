import { equal } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { assertSameBytes, assertSyncError, failed, rejectionOf } from '../assertions.ts';
import { drain, gather, KIB, patternedBytes } from '../contents.ts';
import type { CaseBodies } from '../contract-case.ts';
import { entriesOf, fileAt, readAll, signal, type SourceFixture } from './source-fixture.ts';

const CHANGED = { code: 'entry_changed', verdict: 'skip_entry', fact: 'changed', operation: 'read' } as const;
const GONE = { code: 'entry_gone', verdict: 'skip_entry', fact: 'gone', operation: 'read' } as const;

const MIB = KIB * KIB;
const SIZES = [0, 1, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 3 * MIB];

const forEach = <T extends string | number>(
  values: readonly T[],
  name: (value: T) => string,
  body: (fixture: SourceFixture, value: T) => Promise<void>,
): CaseBodies<SourceFixture> =>
  Object.fromEntries(values.map((value) => [name(value), (fixture: SourceFixture) => body(fixture, value)]));

/** The bytes of a file, and that they are those of the version that was listed. */
export const readingCases: CaseBodies<SourceFixture> = {
  ...forEach(
    SIZES,
    (size) => `reads a file of ${size} bytes exactly`,
    async (fixture, size) => {
      const { source } = fixture;
      const bytes = patternedBytes(size, 1);
      await fixture.write('f.bin', bytes);
      const content = await source.read(await fileAt(source, 'f.bin'), { signal });
      equal(content.size, size);
      assertSameBytes(await drain(content), bytes, 'f.bin');
    },
  ),

  'reads a file again from its beginning': async (fixture) => {
    const { source } = fixture;
    const bytes = patternedBytes(700 * KIB, 2);
    await fixture.write('f.bin', bytes);
    const entry = await fileAt(source, 'f.bin');
    const [first, second] = await Promise.all([readAll(source, entry), readAll(source, entry)]);
    assertSameBytes(first, bytes, 'the first reading');
    assertSameBytes(second, bytes, 'the second reading');
  },

  'hands out chunks that stay as they are when reading goes on': async (fixture) => {
    const { source } = fixture;
    const bytes = patternedBytes(3 * MIB, 3);
    await fixture.write('f.bin', bytes);
    const content = await source.read(await fileAt(source, 'f.bin'), { signal });
    if (!('chunks' in content)) return;
    const kept: Uint8Array[] = [];
    for await (const chunk of content.chunks) kept.push(chunk);
    assertSameBytes(Buffer.concat(kept), bytes, 'chunks that were kept');
  },

  'lets go of a file when its reader stops early': async (fixture) => {
    const { source } = fixture;
    const bytes = patternedBytes(3 * MIB, 4);
    await fixture.write('f.bin', bytes);
    const entry = await fileAt(source, 'f.bin');
    const content = await source.read(entry, { signal });
    if ('chunks' in content) for await (const chunk of content.chunks) if (chunk.length > 0) break;
    assertSameBytes(await readAll(source, entry), bytes, 'the reading after one that was left');
  },

  'gives the bytes from an offset on, where it can': async (fixture) => {
    const { source } = fixture;
    if (source.readFrom === undefined) return;
    const bytes = patternedBytes(600 * KIB, 13);
    await fixture.write('f.bin', bytes);
    const entry = await fileAt(source, 'f.bin');
    for (const offset of [0, 1, 512 * KIB, bytes.byteLength - 1]) {
      const rest = await gather(await source.readFrom(entry, offset, { signal }));
      assertSameBytes(rest, bytes.subarray(offset), `the bytes from ${offset} on`);
    }
  },

  ...forEach(
    [10, MIB],
    (size) => `refuses a file of ${size} bytes that changed since it was listed`,
    async (fixture, size) => {
      const { source } = fixture;
      await fixture.write('f', patternedBytes(size, 5));
      const entry = await fileAt(source, 'f');
      await source.check?.(entry, { signal });
      await fixture.write('f', patternedBytes(size, 6));
      assertSyncError(await rejectionOf(readAll(source, entry), 'a changed file'), CHANGED, 'reading it');
    },
  ),

  ...forEach(
    [10, MIB],
    (size) => `says that a file of ${size} bytes is gone`,
    async (fixture, size) => {
      const { source } = fixture;
      await fixture.write('d/f', patternedBytes(size, 7));
      const entry = await fileAt(source, 'd/f');
      await fixture.remove('d/f');
      assertSyncError(await rejectionOf(readAll(source, entry), 'a file that is gone'), GONE, 'reading it');
    },
  ),

  'never completes a mixture when a file is replaced while it is read': neverMixes,

  'computes the SHA-256 of a file, and refuses one that changed': async (fixture) => {
    const { source } = fixture;
    if (source.digest === undefined) return;
    for (const size of [0, 5, MIB]) {
      const bytes = patternedBytes(size, 10);
      await fixture.write('f', bytes);
      const expected = createHash('sha256').update(bytes).digest('hex');
      equal(await source.digest(await fileAt(source, 'f'), { signal }), expected);
    }
    const entry = await fileAt(source, 'f');
    await fixture.write('f', patternedBytes(MIB, 11));
    const digest = source.digest(entry, { signal });
    assertSyncError(await rejectionOf(digest, 'a changed file'), CHANGED, 'the digest of it');
  },

  'stops with the reason of the signal': async (fixture) => {
    const { source } = fixture;
    await fixture.write('f', patternedBytes(MIB, 12));
    const entry = await fileAt(source, 'f');
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    equal(await rejectionOf(entriesOf(source, { signal: aborted }), 'a listing'), reason);
    equal(await rejectionOf(source.read(entry, { signal: aborted }), 'a reading'), reason);

    const controller = new AbortController();
    const content = await source.read(entry, { signal: controller.signal });
    controller.abort(reason);
    // bytes that have come are there; chunks still have to
    if ('chunks' in content) equal(await rejectionOf(drain(content), 'the rest of a reading'), reason);
  },
};

/** Whatever is handed out up to the last chunk may be of another version, but then the last one is refused. */
async function neverMixes(fixture: SourceFixture): Promise<void> {
  const { source } = fixture;
  const before = patternedBytes(3 * MIB, 8);
  await fixture.write('f', before);
  const content = await source.read(await fileAt(source, 'f'), { signal });
  const got: Uint8Array[] = [];
  try {
    if ('bytes' in content) {
      await fixture.write('f', patternedBytes(3 * MIB, 9));
      got.push(content.bytes);
    } else
      for await (const chunk of content.chunks) {
        if (got.length === 0) await fixture.write('f', patternedBytes(3 * MIB, 9));
        got.push(chunk);
      }
  } catch (error) {
    assertSyncError(error, CHANGED, 'a reading while the file is replaced');
    const received = got.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    if (received >= before.byteLength)
      throw failed('all bytes were handed out before the change was told', error);
    return;
  }
  assertSameBytes(Buffer.concat(got), before, 'a reading that was carried to its end');
}

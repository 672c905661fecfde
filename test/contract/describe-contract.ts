import { describe, expect, test } from 'vitest';
import {
  destinationContract,
  sourceContract,
  watchedSourceContract,
  type ContractCase,
  type DestinationCodes,
  type DestinationFixture,
  type SourceFixture,
  type WatchedSourceFixture,
} from '../../src/contract/contract.ts';
import { everything } from '../../src/filter/filter.ts';
import type { FileEntry } from '../../src/model/entry.ts';

const call = { signal: new AbortController().signal };

function describeCases(title: string, cases: readonly ContractCase[]): void {
  describe(title, () => {
    for (const { name, run } of cases) test(name, run);
  });
}

/** What every Source promises, and what ours do besides. */
export function describeSource(name: string, open: () => Promise<SourceFixture>): void {
  describeCases(`${name} as a source`, sourceContract(open));

  test(`${name} as a source tells times, and gives large files in chunks`, async () => {
    await using fixture = await open();
    const bytes = Buffer.alloc(3 * 1024 * 1024, 'x');
    await fixture.write('f.bin', bytes);
    const { source } = fixture;
    const entries = (await Array.fromAsync(source.list({ filter: everything, ...call }))).flat();
    const entry = entries.find((each): each is FileEntry => each.kind === 'file')!;
    expect(entry.modifiedMs).toBeTypeOf('number');
    const content = await source.read(entry, call);
    if (!('chunks' in content)) throw new Error('3 MiB should come in chunks');
    for await (const chunk of content.chunks) {
      expect(chunk.byteLength).toBeLessThan(bytes.byteLength);
      break;
    }
  });
}

/** What every source that can be watched promises. */
export function describeWatchedSource(name: string, open: () => Promise<WatchedSourceFixture>): void {
  describeCases(`${name} that is watched`, watchedSourceContract(open));
}

/** What every Destination promises, whatever is behind it. */
export function describeDestination(
  name: string,
  open: () => Promise<DestinationFixture>,
  codes?: DestinationCodes,
): void {
  describeCases(
    `destination contract: ${name}`,
    destinationContract(open, codes === undefined ? {} : { codes }),
  );
}

import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { Transfer, TransferExecutor } from '../../../src/model/cluster/transfer-executor.ts';
import type { FileEntry } from '../../../src/model/entry.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { MemorySource } from '../../../src/sources/memory/memory-source.ts';

export interface ExecutorEnds {
  readonly source: MemorySource;
  readonly destination: MemoryDestination;
}

export interface OpenExecutor {
  readonly executor: TransferExecutor;
  readonly draining: AbortController;
  readonly signal: AbortController;
  close(): Promise<void>;
}

/** Opens what sends between these ends. With `idle` nothing is begun before the test ends. */
export type OpenExecutors = (
  ends: ExecutorEnds,
  options?: { readonly idle?: boolean },
) => Promise<OpenExecutor>;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function entriesOf(source: MemorySource): Promise<Map<string, FileEntry>> {
  const filter = { excludes: () => false, prunes: () => false };
  const entries = new Map<string, FileEntry>();
  for await (const batch of source.list({ filter, signal: new AbortController().signal }))
    for (const entry of batch) if (entry.kind === 'file') entries.set(entry.path, entry);
  return entries;
}

let ids = 0;

const transferOf = (entry: FileEntry, some: Partial<Transfer> = {}): Transfer => ({
  id: ++ids,
  entry,
  to: `in/${entry.path}`,
  mayLook: true,
  urgent: false,
  readsBack: false,
  ...some,
});

/** The promises of the port. */
export function transferExecutorContract(open: OpenExecutors): void {
  async function opened(
    files: Readonly<Record<string, string>>,
    options: { readonly idle?: boolean; readonly overwrites?: boolean } = {},
  ) {
    const source = createMemorySource();
    for (const [path, content] of Object.entries(files)) source.write(path, content);
    const destination = createMemoryDestination({
      root: 'in/',
      refusesOverwrite: options.overwrites === false,
    });
    destination.folders.add('in/');
    const one = await open({ source, destination }, options);
    onTestFinished(() => one.close());
    const entries = await entriesOf(source);
    const send = async (path: string, some: Partial<Transfer> = {}) => {
      const transfer = transferOf(entries.get(path)!, some);
      try {
        return await one.executor.transfer(transfer);
      } finally {
        one.executor.settled?.(transfer.id, () => undefined);
      }
    };
    return { ...one, source, destination, send };
  }

  test('a file that was sent is there under the name that was asked for', async () => {
    const { send, destination } = await opened({ a: 'content of a', b: '' });
    await Promise.all([send('a', { to: 'in/other' }), send('b')]);
    expect(destination.text('in/other')).toBe('content of a');
    expect(destination.text('in/b')).toBe('');
  });

  test('it tells the digest of what it read where the source has digests, and where it is asked to', async () => {
    const { send } = await opened({ a: 'content of a' });
    const [sent, readBack] = [await send('a'), await send('a', { to: 'in/2', readsBack: true })];
    expect([undefined, sha256('content of a')]).toContain(sent.digest);
    expect(sent.sentDigest).toBeUndefined();
    expect(readBack.sentDigest).toBe(sha256('content of a'));
  });

  test('each of many files is sent, and told once', async () => {
    const names = Array.from({ length: 260 }, (_, i) => `f${i}`);
    const { send, destination } = await opened(Object.fromEntries(names.map((name) => [name, `of ${name}`])));
    const told = await Promise.all(names.map((name) => send(name)));
    expect(told).toHaveLength(260);
    for (const name of names) expect(destination.text(`in/${name}`)).toBe(`of ${name}`);
  });

  test('a file that has changed, or is gone, is not sent, and the error says which', async () => {
    const { send, source, destination } = await opened({ a: 'before', b: 'before' });
    source.write('a', 'after and longer');
    source.remove('b');
    const ends = await Promise.allSettled([send('a'), send('b')]);
    expect(ends.map((end) => end.status)).toEqual(['rejected', 'rejected']);
    const facts = ends.map((end) => (end as PromiseRejectedResult).reason.fact);
    expect(facts).toEqual(['changed', 'gone']);
    expect([destination.text('in/a'), destination.text('in/b')]).toEqual([undefined, undefined]);
  });

  test('what the destination refuses comes back with its code, verdict, fact and path', async () => {
    const { send, destination } = await opened({ a: 'new', 'no/b': 'new' }, { overwrites: false });
    await destination.put(
      'in/a',
      { size: 4, bytes: Buffer.from('what') },
      { signal: new AbortController().signal },
    );
    await expect(send('a')).rejects.toMatchObject({ verdict: 'skip_entry', fact: 'taken', inDoubt: false });
    await expect(send('no/b')).rejects.toMatchObject({
      fact: 'refused',
      path: 'in/no/b',
      inDoubt: false,
    });
    expect(destination.text('in/a')).toBe('what');
  });

  test('what nobody has begun is not begun any more once the run drains, and rejects with that reason', async () => {
    const { send, draining, destination } = await opened({ a: 'of a' }, { idle: true });
    const reason = new Error('told to stop');
    const end = Promise.allSettled([send('a')]);
    draining.abort(reason);
    expect(await end).toEqual([{ status: 'rejected', reason }]);
    await expect(send('a')).rejects.toBe(reason);
    expect(destination.text('in/a')).toBeUndefined();
  });

  test('nothing is waited for once the run is broken off', async () => {
    const { send, signal } = await opened({ a: 'of a' }, { idle: true });
    const reason = new Error('stopped at once');
    const end = Promise.allSettled([send('a')]);
    signal.abort(reason);
    expect(await end).toEqual([{ status: 'rejected', reason }]);
  });
}

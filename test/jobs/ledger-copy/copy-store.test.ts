import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { textBody, textOf, type CopyStore } from '../../../src/jobs/ledger-copy/copy-store.ts';
import { openDirectoryStore } from '../../../src/jobs/ledger-copy/directory-store.ts';
import { openStoredObjects } from '../../../src/sources/s3/requests/stored-objects.ts';
import { CONDITIONAL_ENV, startConditionalObjects } from '../../support/s3/conditional-objects.ts';
import { createTestBucket, onRealS3 } from '../../support/s3/s3-bucket.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

for (const [name, value] of Object.entries(CONDITIONAL_ENV)) vi.stubEnv(name, value);

/** So often the right to replace seems to be held, and is free when it is looked at. */
const held = vi.hoisted(() => ({
  times: 0,
  /** What others do once a put has seen which version is there. */
  beforeRename: undefined as (() => Promise<void>) | undefined,
}));
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const open: typeof fs.open = (path, ...rest) => {
    if (held.times === 0 || !String(path).endsWith('.replacing')) return fs.open(path, ...rest);
    held.times--;
    return Promise.reject(Object.assign(new Error('it is there'), { code: 'EEXIST' }));
  };
  let looks = 0;
  const stat = (async (path, options) => {
    const found = await fs.stat(path, options).catch((error: unknown) => error as Error);
    // the look at the copy itself, within the right to replace it
    if (held.beforeRename !== undefined && String(path).endsWith('/a') && looks++ === 0)
      await held.beforeRename();
    if (found instanceof Error) throw found;
    return found;
  }) as typeof fs.stat;
  return { ...fs, open, stat };
});

const readText = async (store: CopyStore, name: string): Promise<string | undefined> => {
  const found = await store.get(name);
  return found && textOf(found, 1_000_000, () => new Error('too long'));
};

async function bucketStore(endpointUrl: string, bucket: string, prefix = 'p/'): Promise<CopyStore> {
  const objects = await openStoredObjects({ bucket, endpointUrl, region: 'us-east-1' });
  onTestFinished(() => objects.close());
  return {
    label: `s3://${bucket}/${prefix}`,
    get: (name) => objects.get(prefix + name),
    put: (name, body, expected) => objects.put(prefix + name, body, expected),
    close: () => objects.close(),
  };
}

function keepsItsPromises(open: () => Promise<CopyStore>): void {
  test('has nothing at first, and then what was put, as one version', async () => {
    const store = await open();
    expect(await store.get('a')).toBeUndefined();
    const version = await store.put('a', textBody('one'), undefined);
    expect(version).toBeDefined();
    expect((await store.get('a'))?.version).toBe(version);
    expect(await readText(store, 'a')).toBe('one');
  });

  test('lets nobody replace what he does not know, and says so', async () => {
    const store = await open();
    const first = await store.put('a', textBody('one'), undefined);
    expect(await store.put('a', textBody('two'), undefined)).toBeUndefined();
    const second = await store.put('a', textBody('two'), first);
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
    expect(await store.put('a', textBody('three'), first)).toBeUndefined();
    expect(await store.put('b', textBody('x'), first)).toBeUndefined();
    expect(await readText(store, 'a')).toBe('two');
  });

  test('of many that put at the same time exactly one succeeds', async () => {
    const store = await open();
    const versions = await Promise.all(
      Array.from({ length: 12 }, (_, n) => store.put('a', textBody(`n${n}`), undefined)),
    );
    const won = versions.flatMap((version, n) => (version === undefined ? [] : [n]));
    expect(won).toHaveLength(1);
    expect(await readText(store, 'a')).toBe(`n${won[0]}`);
  });
}

describe('a directory', () => {
  keepsItsPromises(async () => openDirectoryStore(join(await temporaryFolder(), 'copies')));

  test('keeps nothing but what was put, and a killed writer holds nobody up for ever', async () => {
    const folder = await temporaryFolder();
    const store = await openDirectoryStore(folder);
    writeFileSync(join(folder, 'a.replacing'), '');
    const before = Date.now() / 1000 - 120;
    utimesSync(join(folder, 'a.replacing'), before, before);
    expect(await store.put('a', textBody('one'), undefined)).toBeDefined();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('does not wait for a leader that was killed while it replaced a copy: its epoch is over', async () => {
    const folder = await temporaryFolder();
    // a minute by the clock would be waited for longer than a test may take
    writeFileSync(join(folder, 'a.replacing'), '{"election":"jobs","epoch":7}');
    const store = await openDirectoryStore(folder, { term: { election: 'jobs', epoch: 8 } });
    expect(await store.put('a', textBody('one'), undefined)).toBeDefined();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test.each([
    ['a leader of the same epoch', '{"election":"jobs","epoch":8}'],
    ['a later leader', '{"election":"jobs","epoch":9}'],
    ['a leader of another election', '{"election":"others","epoch":7}'],
    ['a run without an election', ''],
  ])('waits until %s has replaced its copy', async (_, text) => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, 'a.replacing'), text);
    const store = await openDirectoryStore(folder, { term: { election: 'jobs', epoch: 8 } });
    let looks = 0;
    // each look is one question of the clock
    const looked = vi.spyOn(performance, 'now').mockImplementation(() => {
      if (++looks === 3) {
        writeFileSync(join(folder, 'a'), 'theirs');
        rmSync(join(folder, 'a.replacing'));
      }
      return 0;
    });
    onTestFinished(() => looked.mockRestore());
    expect(await store.put('a', textBody('one'), undefined)).toBeUndefined();
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(await readText(store, 'a')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('a leader that stood still while it replaced a copy leaves that of the next leader', async () => {
    const folder = await temporaryFolder();
    const earlier = await openDirectoryStore(folder, { term: { election: 'jobs', epoch: 1 } });
    const next = await openDirectoryStore(folder, { term: { election: 'jobs', epoch: 2 } });
    held.beforeRename = async () => {
      held.beforeRename = undefined;
      expect(await next.put('a', textBody('next'), undefined)).toBeDefined();
    };
    expect(await earlier.put('a', textBody('late'), undefined)).toBeUndefined();
    expect(held.beforeRename).toBeUndefined();
    expect(await readText(next, 'a')).toBe('next');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('is not confused by who lets the right to replace go at the moment in which it is looked at', async () => {
    const store = await openDirectoryStore(await temporaryFolder());
    held.times = 1;
    expect(await store.put('a', textBody('one'), undefined)).toBeDefined();
    expect(held.times).toBe(0);
  });

  test('takes away what killed writers left beside the copies once that is a day old, and nothing else', async () => {
    const folder = await temporaryFolder();
    const left = (name: string, days: number): void => {
      writeFileSync(join(folder, name), 'half');
      const at = Date.now() / 1000 - days * 86_400;
      utimesSync(join(folder, name), at, at);
    };
    left('a.ledger.0123456789ab.part', 2);
    left('b.ledger.replacing.0123456789ab', 2);
    left('c.ledger.0123456789ab.part', 0.5);
    left('theirs.part', 2);
    left('d.ledger', 2);
    const store = await openDirectoryStore(folder);
    expect(await store.put('a.ledger', textBody('one'), undefined)).toBeDefined();
    expect(readdirSync(folder).toSorted()).toEqual([
      'a.ledger',
      'c.ledger.0123456789ab.part',
      'd.ledger',
      'theirs.part',
    ]);
  });

  test('nor does one whose machine has another time', async () => {
    const folder = await temporaryFolder();
    const store = await openDirectoryStore(folder);
    writeFileSync(join(folder, 'a.replacing'), '');
    const later = Date.now() / 1000 + 86_400;
    utimesSync(join(folder, 'a.replacing'), later, later);
    // a minute with each look
    let now = 0;
    const looked = vi.spyOn(performance, 'now').mockImplementation(() => (now += 60_000));
    onTestFinished(() => looked.mockRestore());
    expect(await store.put('a', textBody('one'), undefined)).toBeDefined();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('that cannot be one is refused', async () => {
    const file = join(await temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openDirectoryStore(join(file, 'x'))).rejects.toMatchObject({ code: 'config' });
  });
});

describe('a bucket', () => {
  keepsItsPromises(async () => {
    const server = await startConditionalObjects();
    onTestFinished(() => server[Symbol.asyncDispose]());
    return bucketStore(server.url, 'b');
  });

  test('of a server that compares ETags without their quotes keeps its promises too', async () => {
    await using server = await startConditionalObjects();
    server.wantsNoQuotes = true;
    const store = await bucketStore(server.url, 'b');
    const first = await store.put('a', textBody('one'), undefined);
    const second = await store.put('a', textBody('two'), first);
    expect(second).toBe(server.objects.get('/b/p/a')?.etag);
    expect(await store.put('a', textBody('three'), first)).toBeUndefined();
    expect(await store.put('a', textBody('four'), second)).toBeDefined();
    expect(await readText(store, 'a')).toBe('four');
  });

  test('knows a write again whose reply was lost, and tries again with the same bytes', async () => {
    await using server = await startConditionalObjects();
    const store = await bucketStore(server.url, 'b');
    let puts = 0;
    server.fault = ({ method }) => (method === 'PUT' && ++puts === 1 ? 'lost' : undefined);
    const version = await store.put('a', textBody('one'), undefined);
    expect(version).toBe(server.objects.get('/b/p/a')?.etag);
    puts = 0;
    server.fault = ({ method }) => (method === 'PUT' && ++puts === 1 ? 503 : undefined);
    expect(await store.put('a', textBody('two'), version)).toBeDefined();
    expect(await readText(store, 'a')).toBe('two');
  });

  test('whose reply was lost, and that another replaced since, is not taken for its own', async () => {
    await using server = await startConditionalObjects();
    const store = await bucketStore(server.url, 'b');
    let puts = 0;
    server.fault = ({ method }) => {
      if (method !== 'PUT' || ++puts > 2) return undefined;
      if (puts === 1) return 'lost';
      server.objects.set('/b/p/a', { bytes: Buffer.from('theirs'), etag: '"theirs"', metadata: {} });
      return undefined;
    };
    expect(await store.put('a', textBody('one'), undefined)).toBeUndefined();
    expect(await readText(store, 'a')).toBe('theirs');
  });

  test('that denies says which rights are missing, and shows no key', async () => {
    await using server = await startConditionalObjects();
    server.fault = () => 403;
    const store = await bucketStore(server.url, 'b');
    const error: unknown = await store.get('a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'source_unauthorised',
      message: expect.stringMatching(/s3:PutObject/),
    });
    expect(String(error)).not.toContain(CONDITIONAL_ENV.AWS_SECRET_ACCESS_KEY);
  });
});

onRealS3('copies of ledgers in a bucket', (server) => {
  describe('a bucket of a real server', () => {
    keepsItsPromises(async () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKey);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretKey);
      const bucket = await createTestBucket(server);
      onTestFinished(() => bucket.close());
      return bucketStore(server.url, bucket.name);
    });
  });
});

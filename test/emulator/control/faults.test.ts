import { describe, expect, test } from 'vitest';
import type { FaultRule, Faults } from '../../../src/emulator/control/faults.ts';
import type { Emulator } from '../../../src/emulator/options.ts';
import type { RequestRecord } from '../../../src/emulator/request-info.ts';
import { storedBlobs } from '../../support/trees/data-folder.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

async function stageWith(faults: Faults): Promise<{ emulator: Emulator; stage: StageHttp }> {
  const emulator = await start({ faults });
  return { emulator, stage: new StageHttp(emulator) };
}

const outcome = (reply: Promise<{ status: number }>): Promise<number | string> =>
  reply.then(
    ({ status }) => status,
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe('a rule applies', () => {
  const statuses = async (rule: Omit<FaultRule, 'fault'>, paths: readonly string[]) => {
    const { stage } = await stageWith({ rules: [{ ...rule, fault: 'status', status: 503 }] });
    const seen: number[] = [];
    for (const path of paths) seen.push((await stage.put(path, 'x')).status);
    return seen;
  };
  const paths = ['a', 'b', 'a', 'c', 'a', 'b'];

  test('to every request when it says nothing', async () => {
    expect(await statuses({}, paths)).toEqual([503, 503, 503, 503, 503, 503]);
  });

  test('to the nth of those that match', async () => {
    expect(await statuses({ path: 'a', nth: 2 }, paths)).toEqual([200, 200, 503, 200, 200, 200]);
    expect(await statuses({ nth: [1, 4] }, paths)).toEqual([503, 200, 200, 503, 200, 200]);
  });

  test('to every so many, and so many times', async () => {
    expect(await statuses({ every: 2 }, paths)).toEqual([200, 503, 200, 503, 200, 503]);
    expect(await statuses({ every: 2, times: 2 }, paths)).toEqual([200, 503, 200, 503, 200, 200]);
    expect(await statuses({ path: 'a', times: 2 }, paths)).toEqual([503, 200, 503, 200, 200, 200]);
  });

  test('to paths that match a pattern, to verbs and to kinds', async () => {
    expect(await statuses({ pathPattern: '^[bc]$' }, paths)).toEqual([200, 503, 200, 503, 200, 503]);
    expect(await statuses({ verb: ['PATCH', 'DELETE'] }, paths)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await statuses({ verb: 'PUT', kind: 'putFile' }, ['a', 'b'])).toEqual([503, 503]);
    expect(await statuses({ kind: ['putFolder', 'list'] }, ['a'])).toEqual([200]);
    expect(await statuses({ deployment: 'another' }, ['a'])).toEqual([200]);
  });

  test('by chance, the same for the same seed', async () => {
    const draw = async (seed: number) => {
      const { stage } = await stageWith({
        seed,
        rules: [{ rate: 0.5, fault: 'status', status: [500, 502, 504] }],
      });
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) seen.push((await stage.put('f', 'x')).status);
      return seen;
    };
    const first = await draw(7);
    expect(await draw(7)).toEqual(first);
    expect(await draw(8)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 500, 502, 504]));
  });

  test('once only: the first that applies counts', async () => {
    const { stage } = await stageWith({
      rules: [
        { nth: 1, fault: 'status', status: 500 },
        { nth: 2, fault: 'status', status: 502 },
      ],
    });
    const seen = [];
    for (let i = 0; i < 3; i++) seen.push((await stage.put('f', 'x')).status);
    expect(seen).toEqual([500, 502, 200]);
  });
});

describe('an error reply', () => {
  test('can bring words and headers', async () => {
    const { stage } = await stageWith({
      rules: [{ fault: 'status', status: 307, text: 'elsewhere', headers: { location: '/x' } }],
    });
    const reply = await stage.move('a', 'b');
    expect([reply.status, reply.text, reply.headers['location']]).toEqual([307, 'elsewhere\n', '/x']);
  });

  test('can come although the change was made', async () => {
    const { stage, emulator } = await stageWith({
      rules: [{ kind: 'putFile', nth: 1, fault: 'status', status: 504, afterCommit: true }],
    });
    expect((await stage.put('f', 'x')).status).toBe(504);
    expect(await stage.names('')).toEqual(['f']);
    expect(emulator.counters.read().committed).toBe(1);
  });

  test('leaves no bytes behind when the change was not made', async () => {
    const dataDir = await temporaryFolder();
    const emulator = await start({ dataDir, faults: { rules: [{ fault: 'status', status: 500, nth: 1 }] } });
    expect((await new StageHttp(emulator).put('f', new Uint8Array(200_000))).status).toBe(500);
    expect(await storedBlobs(dataDir)).toEqual([]);
    expect(emulator.counters.read().committed).toBe(0);
  });
});

describe('a broken connection', () => {
  const lost: readonly [string, FaultRule, string, boolean][] = [
    ['reset before the change', { fault: 'reset_before' }, 'ECONNRESET', false],
    ['reset after the change', { fault: 'reset_after' }, 'ECONNRESET', true],
    ['closed after the change without a reply', { fault: 'lost_reply' }, 'UND_ERR_SOCKET', true],
  ];
  test.each(lost)('%s', async (_name, rule, code, changed) => {
    const { stage, emulator } = await stageWith({ rules: [{ ...rule, nth: 1 }] });
    expect(await outcome(stage.put('f', 'x'))).toBe(code);
    expect(await stage.names('')).toEqual(changed ? ['f'] : []);
    expect(emulator.counters.read().byStatus).toMatchObject({ 0: 1 });
  });

  test('in the middle of an upload leaves nothing', async () => {
    const dataDir = await temporaryFolder();
    const rules: FaultRule[] = [{ fault: 'reset_before', afterBytes: 100_000, nth: 1 }];
    const emulator = await start({ dataDir, faults: { rules } });
    const stage = new StageHttp(emulator);
    expect(await outcome(stage.put('f', new Uint8Array(5_000_000)))).toMatch(
      /ECONNRESET|EPIPE|UND_ERR_SOCKET/,
    );
    expect(await stage.names('')).toEqual([]);
    await emulator.close();
    expect(await storedBlobs(dataDir)).toEqual([]);
  });

  test('makes a repeated removal and a repeated move answer 404', async () => {
    const { stage } = await stageWith({
      rules: [
        { kind: 'remove', nth: 1, fault: 'lost_reply' },
        { kind: 'move', nth: 1, fault: 'lost_reply' },
      ],
    });
    await stage.put('a', 'x');
    await stage.put('b', 'x');
    await outcome(stage.send('DELETE', 'a'));
    expect((await stage.send('DELETE', 'a')).status).toBe(404);
    await outcome(stage.move('b', 'c'));
    expect((await stage.move('b', 'c')).status).toBe(404);
    expect(await stage.names('')).toEqual(['c']);
  });
});

describe('no reply ever', () => {
  test.each([false, true])('with the change made: %s', async (afterCommit) => {
    const phases: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const emulator = await start({
      faults: { rules: [{ kind: 'putFile', fault: 'stall', afterCommit }] },
      onRequest: (phase, { kind }) => {
        if (kind === 'putFile') phases.push(phase);
        if (kind === 'putFile') arrived.resolve();
      },
    });
    const stage = new StageHttp(emulator);
    const put = outcome(stage.put('f', 'x'));
    await arrived.promise;
    await expect.poll(() => stage.names('')).toEqual(afterCommit ? ['f'] : []);
    expect(phases).toEqual(afterCommit ? ['received', 'committed'] : ['received']);
    await emulator.close();
    expect(await put).toBe('UND_ERR_SOCKET');
  });
});

describe('a damaged reply', () => {
  const listing = async (rule: FaultRule) => {
    const { stage } = await stageWith({ rules: [{ ...rule, kind: 'list' }] });
    await stage.makeFolder('d/');
    return stage;
  };

  test('breaks off before its announced end', async () => {
    const stage = await listing({ fault: 'truncated_reply' });
    expect(await outcome(stage.list(''))).toBe('UND_ERR_SOCKET');
  });

  test('ends in the middle of its JSON', async () => {
    const reply = await (await listing({ fault: 'cut_reply' })).list('');
    expect(reply.status).toBe(200);
    expect(() => reply.json()).toThrow(SyntaxError);
  });

  test('is replaced by something else', async () => {
    const body = '<html>sign in</html>';
    const reply = await (await listing({ fault: 'replace_reply', body, contentType: 'text/html' })).list('');
    expect([reply.status, reply.text]).toEqual([200, body]);
    expect(String(reply.headers['content-type'])).toMatch('text/html');
  });

  test('is made from the true one by code', async () => {
    const body = (json: string): string => json.replaceAll('"size":0', '"size":"0"');
    const reply = await (await listing({ fault: 'replace_reply', body })).list('');
    expect(reply.json().content?.[0]).toMatchObject({ name: 'd', size: '0' });
  });

  test('breaks off in the middle of a download', async () => {
    const { stage } = await stageWith({ rules: [{ kind: 'content', fault: 'truncated_reply' }] });
    for (const size of [1000, 500_000]) {
      await stage.put('f', new Uint8Array(size));
      expect(await outcome(stage.download('f'))).toBe('UND_ERR_SOCKET');
    }
  });
});

describe('no room', () => {
  test('on the disk: a clean error, nothing changed, and it works again afterwards', async () => {
    const { stage } = await stageWith({ rules: [{ kind: 'putFile', nth: 2, fault: 'disk_full' }] });
    await stage.put('f', 'old');
    const reply = await stage.put('f', 'new');
    expect([reply.status, reply.text]).toEqual([507, 'no space left on the device\n']);
    expect((await stage.download('f')).text).toBe('old');
    expect((await stage.put('f', 'new')).status).toBe(200);
  });

  test('in the quota', async () => {
    const { stage, emulator } = await stageWith({ rules: [{ fault: 'quota_full', nth: 1 }] });
    emulator.behaviour.set({ quotaStatus: 413 });
    expect((await stage.put('f', 'x')).status).toBe(413);
    expect((await stage.put('f', 'x')).status).toBe(200);
  });
});

describe('a rate limit', () => {
  test.each([
    ['seconds', /^[1-9]\d*$/],
    ['date', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['none', undefined],
  ] as const)('lets a burst through, then answers 429 with Retry-After as %s', async (retryAfter, form) => {
    const { stage } = await stageWith({ rateLimit: { perSecond: 0.001, burst: 3, retryAfter } });
    const replies = [];
    for (let i = 0; i < 5; i++) replies.push(await stage.put('f', 'x'));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    const header = replies.at(-1)!.headers['retry-after'];
    if (form === undefined) expect(header).toBe(undefined);
    else expect(header).toMatch(form);
  });

  test('is over when it is taken away', async () => {
    const { stage, emulator } = await stageWith({ rateLimit: { perSecond: 0.001, retryAfterSeconds: 7 } });
    expect((await stage.list('')).status).toBe(200);
    expect((await stage.list('')).headers['retry-after']).toBe('7');
    emulator.faults.set({});
    expect((await stage.list('')).status).toBe(200);
  });
});

test('latency passes before the work is done, by the most particular setting', async () => {
  const records: RequestRecord[] = [];
  const emulator = await start({
    faults: { latency: { all: 1, GET: 2, putFile: { uniform: [60, 70] } } },
    onLog: (record) => records.push(record),
  });
  const stage = new StageHttp(emulator);
  await stage.put('f', 'x');
  await expect.poll(() => records.length).toBe(1);
  expect(records[0]).toMatchObject({ kind: 'putFile', path: 'f', status: 200, fault: undefined });
  expect(records[0]!.ms).toBeGreaterThanOrEqual(59);
});

test('a change whose client has gone during the latency is made all the same', async () => {
  const { emulator, stage } = await stageWith({ latency: { putFile: 50 } });
  const controller = new AbortController();
  const headers = { authorization: `Bearer ${emulator.token}` };
  const put = fetch(emulator.url + stage.prefix + 'f', { method: 'PUT', headers, signal: controller.signal });
  const gone = expect(put).rejects.toThrow('aborted');
  await expect.poll(() => emulator.counters.read().byKind.putFile).toBe(1);
  controller.abort();
  await gone;
  await expect.poll(() => stage.names('')).toEqual(['f']);
});

test('bandwidth limits slow the bytes down without changing them', async () => {
  const { stage } = await stageWith({ bandwidth: { upload: 2_000_000, download: 2_000_000 } });
  const content = 'abcdefgh'.repeat(50_000);
  const began = performance.now();
  await stage.put('f', content);
  expect((await stage.download('f')).text).toBe(content);
  // 400,000 bytes each way, less the tenth of a second that may pass at once.
  expect(performance.now() - began).toBeGreaterThan(150);
  expect(await stage.names('')).toEqual(['f']);
});

test('hooks see each phase of each request, and the request waits for them', async () => {
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const emulator = await start({
    onRequest: async (phase, { id, kind, path }) => {
      seen.push(`${id} ${kind} ${path} ${phase}`);
      if (kind === 'putFile' && phase === 'committed') await gate.promise;
    },
  });
  const stage = new StageHttp(emulator);
  const put = stage.put('f', 'x');
  await expect.poll(() => seen).toEqual(['1 putFile f received', '1 putFile f committed']);
  expect(await stage.names('')).toEqual(['f']);
  gate.resolve();
  expect((await put).status).toBe(200);
  expect(seen.slice(2)).toEqual(['2 list  received', '2 list  replying', '1 putFile f replying']);
});

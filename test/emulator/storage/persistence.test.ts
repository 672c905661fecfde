import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { announcedWriters, storedBlobs } from '../../support/trees/data-folder.ts';
import { emulatorProcess } from '../../support/cli/emulator-process.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();
const over = (emulator: Pick<Emulator, 'url' | 'token' | 'deployments'>): StageHttp =>
  new StageHttp(emulator as Emulator);

const LARGE = 200_000;
const bytesOf = (letter: string): Uint8Array<ArrayBuffer> => new Uint8Array(LARGE).fill(letter.charCodeAt(0));

test('everything is there after a restart', async () => {
  const dataDir = await temporaryFolder();
  const before = await start({ dataDir });
  const stage = new StageHttp(before);
  await stage.makeFolder('d/');
  await stage.makeFolder('empty/');
  await stage.put('d/small%20%C3%BC.csv', 'small');
  await stage.put('d/large', bytesOf('l'));
  const listing = (await stage.list('d/')).text;
  await before.close();

  const again = new StageHttp(await start({ dataDir }));
  expect((await again.list('d/')).text).toBe(listing);
  expect(await again.names('')).toEqual(['d/', 'empty/']);
  expect((await again.download('d/small%20%C3%BC.csv')).text).toBe('small');
  expect((await again.download('d/large')).text).toBe('l'.repeat(LARGE));
});

describe('after SIGKILL at', () => {
  for (const [phase, changed] of [
    ['received', false],
    ['committed', true],
    ['replying', true],
  ] as const) {
    test.each([
      ['putFile', (stage: StageHttp) => stage.put('f', bytesOf('n')), ['d/', 'e/', 'f']],
      ['move', (stage: StageHttp) => stage.move('d/', 'moved/'), ['e/', 'f', 'moved/']],
      ['remove', (stage: StageHttp) => stage.send('DELETE', 'd/'), ['e/', 'f']],
      ['putFolder', (stage: StageHttp) => stage.makeFolder('new/'), ['d/', 'e/', 'f', 'new/']],
    ])(`${phase} of %s the change is ${changed ? 'whole' : 'not there'}`, async (kind, change, after) => {
      const dataDir = await temporaryFolder();
      const first = await start({ dataDir });
      const setUp = new StageHttp(first);
      for (const folder of ['d/', 'd/sub/', 'e/']) await setUp.makeFolder(folder);
      await setUp.put('d/sub/deep', bytesOf('d'));
      await setUp.put('f', bytesOf('o'));
      await first.close();

      const child = await emulatorProcess(dataDir, { phase, kind });
      await expect(change(over(child.emulator))).rejects.toThrow();
      expect(await child.ended).toBe('SIGKILL');

      const next = await start({ dataDir });
      await next.swept;
      const stage = new StageHttp(next);
      expect(await stage.names('')).toEqual(changed ? after : ['d/', 'e/', 'f']);
      const content = (await stage.download('f')).text;
      expect(content).toBe((changed && kind === 'putFile' ? 'n' : 'o').repeat(LARGE));
      const deep = !(changed && kind === 'remove');
      if (deep) {
        const folder = changed && kind === 'move' ? 'moved' : 'd';
        expect((await stage.download(`${folder}/sub/deep`)).text).toBe('d'.repeat(LARGE));
      }
      expect(await storedBlobs(dataDir)).toHaveLength(deep ? 2 : 1);
    });
  }
});

test('after SIGKILL among many uploads each file is one of its versions, whole, and nothing is left over', async () => {
  const dataDir = await temporaryFolder();
  let sweepsAfterKill = 0;
  for (const letter of ['a', 'b', 'c']) {
    const child = await emulatorProcess(dataDir);
    const stage = over(child.emulator);
    let replies = 0;
    const gone = new AbortController();
    const uploader = async (worker: number): Promise<void> => {
      for (let i = 0; !gone.signal.aborted; i++) {
        const size = i % 2 === 0 ? LARGE : 1000;
        const reply = await stage.put(`f${worker}`, new Uint8Array(size).fill(letter.charCodeAt(0)));
        expect(reply.status).toBe(200);
        if (++replies === 20 * (sweepsAfterKill + 1)) void child.kill('SIGKILL');
      }
    };
    const uploads = Array.from({ length: 4 }, (_, worker) => uploader(worker).catch(() => undefined));
    await child.ended;
    gone.abort();
    await Promise.all(uploads);
    sweepsAfterKill++;
  }

  const last = await start({ dataDir });
  await last.swept;
  const stage = new StageHttp(last);
  const { content = [] } = (await stage.list('')).json();
  expect(content!.map(({ name }) => name)).toEqual(['f0', 'f1', 'f2', 'f3']);
  for (const { name, size } of content!) {
    expect([LARGE, 1000]).toContain(size);
    expect((await stage.download(name)).text).toMatch(new RegExp(`^(a{${size}}|b{${size}}|c{${size}})$`));
  }
  expect(await storedBlobs(dataDir)).toHaveLength(content!.filter(({ size }) => size === LARGE).length);
  expect(await announcedWriters(dataDir)).toHaveLength(1);
});

describe('two processes with one data folder', () => {
  test('see each other’s changes at once, and none is lost', async () => {
    const dataDir = await temporaryFolder();
    const [one, two] = await Promise.all([emulatorProcess(dataDir), emulatorProcess(dataDir)]);
    const stages = [over(one.emulator), over(two.emulator)];
    await stages[0]!.makeFolder('d/');
    await Promise.all(
      stages.flatMap((stage, process) =>
        Array.from({ length: 8 }, async (_, worker) => {
          for (let i = 0; i < 10; i++)
            expect((await stage.put(`d/${process}-${worker}-${i}`, `${process}`)).status).toBe(200);
        }),
      ),
    );
    for (const stage of stages) expect(await stage.names('d/')).toHaveLength(160);
    await stages[1]!.move('d/', 'e/');
    expect((await stages[0]!.download('e/1-0-0')).text).toBe('1');
    expect(await one.kill('SIGTERM')).toBe(0);
    expect(await two.kill('SIGTERM')).toBe(0);
  });

  test('sweep only what dead ones left, not what the other is writing', async () => {
    const dataDir = await temporaryFolder();
    const writer = await start({ dataDir });
    const stage = new StageHttp(writer);
    const socket = connect(writer.port, '127.0.0.1');
    const body = 'x'.repeat(LARGE);
    const tail = '\r\n--bb--\r\n';
    const head = '--bb\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n';
    socket.write(
      `PUT ${stage.prefix}f HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${writer.token}\r\n` +
        `Content-Type: multipart/form-data; boundary=bb\r\nContent-Length: ${head.length + LARGE + tail.length}\r\n\r\n` +
        head +
        body,
    );
    await expect.poll(() => storedBlobs(dataDir)).toHaveLength(1);
    const other = await start({ dataDir });
    await other.swept;
    expect(await storedBlobs(dataDir)).toHaveLength(1);
    socket.write(tail);
    await expect.poll(() => new StageHttp(other).names('')).toEqual(['f']);
    expect((await new StageHttp(other).download('f')).text).toBe(body);
    socket.destroy();
  });

  test('delete each other’s bytes when a file is replaced', async () => {
    const dataDir = await temporaryFolder();
    const [one, two] = [await start({ dataDir }), await start({ dataDir })];
    await new StageHttp(one).put('f', bytesOf('1'));
    await new StageHttp(two).put('f', bytesOf('2'));
    expect((await new StageHttp(one).download('f')).text).toBe('2'.repeat(LARGE));
    await expect.poll(() => storedBlobs(dataDir)).toHaveLength(1);
  });
});

describe('closing', () => {
  test('lets a request in progress finish, then ends its connection', async () => {
    const gate = Promise.withResolvers<void>();
    const emulator = await start({
      onRequest: (phase) => (phase === 'committed' ? gate.promise : undefined),
    });
    const stage = new StageHttp(emulator);
    const put = stage.put('f', 'x');
    await expect.poll(() => emulator.counters.read().committed).toBe(1);
    const closed = emulator.close();
    gate.resolve();
    expect((await put).status).toBe(200);
    await closed;
    await expect(stage.list('')).rejects.toThrow('ECONNREFUSED');
  });

  test('does not wait for what never ends', async () => {
    const emulator = await start({
      faults: { latency: { list: 3_600_000 } },
      onRequest: (_phase, { kind }) => (kind === 'metadata' ? new Promise(() => undefined) : undefined),
    });
    const stage = new StageHttp(emulator);
    const requests = Promise.allSettled([stage.list(''), stage.send('GET', 'f?metadata=1')]);
    await expect.poll(() => emulator.counters.read().requests).toBe(2);
    await emulator.close();
    for (const result of await requests) expect(result.status).toBe('rejected');
  });

  test('ends a process on SIGTERM with nothing left locked', async () => {
    const dataDir = await temporaryFolder();
    const child = await emulatorProcess(dataDir);
    await over(child.emulator).put('f', bytesOf('x'));
    expect(await child.kill('SIGTERM')).toBe(0);
    expect(await announcedWriters(dataDir)).toEqual([]);
    expect(await storedBlobs(dataDir)).toHaveLength(1);
  });

  test('may be asked for twice', async () => {
    const emulator = await start();
    await Promise.all([emulator.close(), emulator.close()]);
  });
});

describe('a start that fails', () => {
  test('because the port is taken leaves nothing locked', async () => {
    const dataDir = await temporaryFolder();
    const { port } = await start();
    await expect(start({ port, dataDir })).rejects.toThrow('EADDRINUSE');
    expect(await announcedWriters(dataDir)).toEqual([]);
  });

  test('because the data folder is a file says so', async () => {
    await expect(start({ dataDir: '/dev/null/x' })).rejects.toThrow(/ENOTDIR|EEXIST/);
  });
});

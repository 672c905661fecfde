import { readdir, readlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { byteRange } from '../../../src/emulator/http/byte-range.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

const SIZES = { small: 10, large: 100_000 };
const digits = (size: number): string => '0123456789'.repeat(size / 10);

async function locationOf(stage: StageHttp, path: string): Promise<string> {
  return String((await stage.send('GET', path)).headers['location']);
}

describe('a download', () => {
  test('is a 307 to another port', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    await stage.put('f', 'hello');
    const reply = await stage.send('GET', 'f');
    expect(reply.status).toBe(307);
    expect(String(reply.headers['location'])).toMatch(`${emulator.downloadUrl}/`);
    expect(emulator.downloadUrl).not.toBe(emulator.url);
  });

  test('refuses an Authorization header, whatever it says', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    await stage.put('f', 'hello');
    const url = await locationOf(stage, 'f');
    for (const authorization of [`Bearer ${emulator.token}`, 'Basic eA=='])
      expect((await stage.raw('GET', url, { headers: { authorization } })).status).toBe(400);
    expect((await stage.raw('GET', url)).text).toBe('hello');
  });

  test('needs the signature, for this very path', async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    await stage.put('f', 'hello');
    await stage.put('g', 'secret');
    const url = await locationOf(stage, 'f');
    const bad = [
      url.replace('/f?', '/g?'),
      url.replace(/signature=.*/, ''),
      url.replace(/.$/, ''),
      url.replace(/expires=\d/, 'expires=9'),
    ];
    for (const forged of bad)
      expect([forged, (await stage.raw('GET', forged)).status]).toEqual([forged, 403]);
  });

  test('ends when the URL expires', async () => {
    const stage = new StageHttp(await start({ behaviour: { redirectExpiresSeconds: 0 } }));
    await stage.put('f', 'hello');
    const reply = await stage.raw('GET', await locationOf(stage, 'f'));
    expect([reply.status, reply.text]).toEqual([403, 'AccessDenied: Request has expired\n']);
  });

  test('gives what is at the path now', async () => {
    const stage = new StageHttp(await start());
    await stage.put('f', 'old');
    const url = await locationOf(stage, 'f');
    await stage.put('f', new Uint8Array(100_000).fill(97));
    expect((await stage.raw('GET', url)).text).toBe('a'.repeat(100_000));
    await stage.send('DELETE', 'f');
    expect((await stage.raw('GET', url)).status).toBe(404);
  });

  test.each(Object.entries(SIZES))('serves ranges of a %s file', async (_name, size) => {
    const stage = new StageHttp(await start());
    const content = digits(size);
    await stage.put('f', content);
    const cases: [string, string, string][] = [
      ['bytes=0-3', content.slice(0, 4), `bytes 0-3/${size}`],
      ['bytes=4-', content.slice(4), `bytes 4-${size - 1}/${size}`],
      ['bytes=-3', content.slice(-3), `bytes ${size - 3}-${size - 1}/${size}`],
      [`bytes=5-${size * 2}`, content.slice(5), `bytes 5-${size - 1}/${size}`],
    ];
    for (const [range, expected, contentRange] of cases) {
      const reply = await stage.download('f', { range });
      expect([reply.status, reply.headers['content-range']]).toEqual([206, contentRange]);
      expect(reply.text).toBe(expected);
    }
    const beyond = await stage.download('f', { range: `bytes=${size}-` });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${size}`]);
  });
});

test('ranges that are not understood mean the whole', () => {
  for (const header of [undefined, 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2'])
    expect(byteRange(header, 10)).toBe(undefined);
  expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(byteRange('bytes=-0', 10)).toBe('unsatisfiable');
});

test.runIf(process.platform === 'linux')(
  'no file stays open after downloads, whole or broken off',
  async () => {
    const emulator = await start();
    const stage = new StageHttp(emulator);
    await stage.put('f', new Uint8Array(5_000_000));
    await stage.download('f');
    await stage.download('f', { range: 'bytes=9000000-' });
    const reply = await fetch(await locationOf(stage, 'f'));
    await reply.body?.cancel();
    const openBlobs = async (): Promise<string[]> => {
      const links = await readdir('/proc/self/fd');
      const targets = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return targets.filter((target) => target.includes('/blobs/'));
    };
    await expect.poll(openBlobs).toEqual([]);
  },
);

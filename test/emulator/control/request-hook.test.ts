import { describe, expect, test, vi } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import type { RequestInfo, RequestPhase, RequestRecord } from '../../../src/emulator/request-info.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

interface Seen extends RequestInfo {
  readonly phase: RequestPhase;
}

async function watched(options: EmulatorOptions = {}) {
  const seen: Seen[] = [];
  const log: RequestRecord[] = [];
  const emulator = await start({
    ...options,
    onRequest: (phase, info) => void seen.push({ phase, ...info }),
    onLog: (record) => void log.push(record),
  });
  return { emulator, stage: new StageHttp(emulator), seen, log };
}

test('a move says where to once its body was read, whether it is made or refused', async () => {
  const { stage, seen, log } = await watched();
  await stage.makeFolder('d/');
  await stage.put('f', 'x');
  seen.length = 0;
  await stage.move('f', '/d//g');
  await stage.move('d/', 'e');
  await stage.move('none', 'n/o');
  await stage.send('PATCH', 'd/', { body: 'no json' });
  const moves = seen.map(({ phase, path, to, commit }) => [phase, path, to, commit]);
  expect(moves).toEqual([
    ['received', 'f', undefined, undefined],
    ['committed', 'f', 'd/g', 3],
    ['replying', 'f', 'd/g', 3],
    ['received', 'd/', undefined, undefined],
    ['committed', 'd/', 'e/', 4],
    ['replying', 'd/', 'e/', 4],
    ['received', 'none', undefined, undefined],
    ['replying', 'none', 'n/o', undefined],
    ['received', 'd/', undefined, undefined],
    ['replying', 'd/', undefined, undefined],
  ]);
  await vi.waitFor(() => expect(log).toHaveLength(6));
  expect(log.find(({ kind }) => kind === 'move')).toMatchObject({ path: 'f', to: 'd/g', commit: 3 });
});

test('changes are numbered in the order in which they are made, whenever their requests came', async () => {
  const gate = Promise.withResolvers<void>();
  const seen: (readonly [number, string, number])[] = [];
  const emulator = await start({
    onRequest: (phase, { id, path, commit }) => {
      if (phase === 'received' && path === 'first') return gate.promise;
      if (phase === 'committed') seen.push([id, path, commit!]);
      return undefined;
    },
  });
  const stage = new StageHttp(emulator);
  const first = stage.put('first', 'x');
  await vi.waitFor(() => expect(emulator.counters.read().byKind.putFile).toBe(1));
  await stage.put('second', 'x');
  gate.resolve();
  await first;
  expect(seen.map(([, path, commit]) => [path, commit])).toEqual([
    ['second', 1],
    ['first', 2],
  ]);
  expect(seen[0]![0]).toBeGreaterThan(seen[1]![0]);
});

describe('who asked', () => {
  test('is told by the token, on every route that needs one', async () => {
    const { emulator, stage, seen, log } = await watched({ otherTokens: { second: 'other', third: 'o' } });
    await stage.makeFolder('d/');
    for (const token of ['other', 'o', 'wrong']) {
      const client = new StageHttp({ ...emulator, token });
      await client.put(`d/${token}`, 'x');
      await client.list('d/');
      await client.api('GET', '/v1/regions');
    }
    await stage.raw('GET', `${emulator.url}${stage.prefix}`);
    const who = (kind: string): unknown[] =>
      seen.filter((each) => each.kind === kind && each.phase === 'received').map(({ by }) => by);
    expect(who('putFolder')).toEqual(['token']);
    expect(who('putFile')).toEqual(['second', 'third', undefined]);
    expect(who('list')).toEqual(['second', 'third', undefined, undefined]);
    expect(who('management')).toEqual(['second', 'third', undefined]);
    expect(await stage.names('d/')).toEqual(['o', 'other']);
    await vi.waitFor(() => expect(log.map(({ by }) => by)).toContain('second'));
  });

  test('other tokens open the control routes too, and no prefix of one does', async () => {
    const { emulator } = await watched({ otherTokens: { second: 'other' } });
    const status = async (token: string): Promise<number> =>
      (await new StageHttp({ ...emulator, token }).api('GET', '/_emulator/counters')).status;
    expect(await status('other')).toBe(200);
    for (const token of ['othe', 'other2', 'OTHER', `${emulator.token}x`])
      expect(await status(token)).toBe(401);
  });
});

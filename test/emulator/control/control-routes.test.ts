import { describe, expect, test } from 'vitest';
import { DEFAULT_BEHAVIOUR } from '../../../src/emulator/control/behaviour.ts';
import type { CounterValues } from '../../../src/emulator/control/counters.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

test('counters tell requests by verb and kind, changes, and bytes; they can be reset', async () => {
  const emulator = await start();
  const stage = new StageHttp(emulator);
  await stage.makeFolder('d/');
  await stage.put('d/f', 'hello');
  await stage.put('missing/f', 'lost');
  await stage.list('');
  await stage.send('GET', 'd/f?metadata=1');
  await stage.download('d/f');
  await stage.move('d/f', 'f');
  await stage.send('DELETE', 'f');
  await stage.api('GET', '/v1/regions');
  await stage.api('GET', '/nothing');

  const counters = (await stage.api('GET', '/_emulator/counters')).json<CounterValues>();
  expect(counters).toEqual({
    requests: 11,
    changing: 5,
    committed: 4,
    byVerb: { PUT: 3, GET: 6, PATCH: 1, DELETE: 1 },
    byKind: {
      list: 1,
      metadata: 1,
      download: 1,
      putFile: 2,
      putFolder: 1,
      move: 1,
      remove: 1,
      content: 1,
      management: 1,
      other: 1,
    },
    byOperation: { 'regions.list': 1 },
    byStatus: { 200: 8, 307: 1, 400: 1, 404: 1 },
    bytesStored: 5,
    bytesServed: 5,
  });
  expect(emulator.counters.read()).toEqual(counters);
  expect((await stage.api('DELETE', '/_emulator/counters')).json<CounterValues>().requests).toBe(0);
  expect(emulator.counters.read().requests).toBe(0);
});

test('switches can be read, set and reset from outside', async () => {
  const stage = new StageHttp(await start());
  expect((await stage.api('GET', '/_emulator/behaviour')).json()).toEqual(DEFAULT_BEHAVIOUR);
  await stage.put('f', 'x');
  await stage.api('PUT', '/_emulator/behaviour', { putOverExisting: 409 });
  const changed = (await stage.api('PUT', '/_emulator/behaviour', { missingParentStatus: 500 })).json();
  expect(changed).toEqual({ ...DEFAULT_BEHAVIOUR, putOverExisting: 409, missingParentStatus: 500 });
  expect((await stage.put('f', 'x')).status).toBe(409);
  expect((await stage.api('DELETE', '/_emulator/behaviour')).json()).toEqual(DEFAULT_BEHAVIOUR);
  expect((await stage.put('f', 'x')).status).toBe(200);
});

test('faults can be read, replaced and ended from outside, and do not touch these routes', async () => {
  const stage = new StageHttp(await start());
  const faults = { rules: [{ fault: 'status', status: 503, retryAfter: 'seconds', retryAfterSeconds: 2 }] };
  expect((await stage.api('PUT', '/_emulator/faults', faults)).json()).toEqual(faults);
  const reply = await stage.list('');
  expect([reply.status, reply.headers['retry-after']]).toEqual([503, '2']);
  expect((await stage.api('GET', '/_emulator/faults')).json()).toEqual(faults);
  expect((await stage.api('DELETE', '/_emulator/faults')).json()).toEqual({});
  expect((await stage.list('')).status).toBe(200);
});

describe('a mistake is refused with the name of the field, and changes nothing', () => {
  test.each([
    ['behaviour', { putOverExisting: 'replace' }, 'putOverExisting'],
    ['behaviour', { putOverexisting: 409 }, 'putOverexisting'],
    ['behaviour', { timestamps: 'never' }, 'timestamps'],
    ['behaviour', [], 'the body'],
    ['faults', { rules: [{ fault: 'explode' }] }, 'rules.0.fault'],
    ['faults', { rules: [{ fault: 'stall', rate: 2 }] }, 'rules.0.rate'],
    ['faults', { rules: [{ fault: 'stall', pathPattern: '(' }] }, 'rules.0.pathPattern'],
    ['faults', { latency: { PUT: -1 } }, 'latency.PUT'],
  ])('%s %j', async (name, body, field) => {
    const emulator = await start();
    const reply = await new StageHttp(emulator).api('PUT', `/_emulator/${name}`, body);
    expect(reply.status).toBe(400);
    expect(reply.text).toContain(field);
    expect(emulator.behaviour.current).toEqual(DEFAULT_BEHAVIOUR);
    expect(emulator.faults.current).toEqual({});
  });
});

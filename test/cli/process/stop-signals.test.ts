import { expect, test } from 'vitest';
import { listenForStop } from '../../../src/cli/process/stop-signals.ts';
import { fakeHost } from '../../support/cli/fake-host.ts';

function listening() {
  const fake = fakeHost();
  const said: string[] = [];
  const stop = listenForStop(fake.host, (text) => said.push(text));
  return { fake, stop, said };
}

test('the first signal drains, the second stops, and the third is no longer caught', () => {
  const { fake, stop, said } = listening();
  fake.send('SIGINT');
  expect([stop.draining.aborted, stop.signal.aborted]).toEqual([true, false]);
  expect(said[0]).toMatch(/finishing what is in flight/);
  fake.send('SIGTERM');
  expect([stop.draining.aborted, stop.signal.aborted]).toEqual([true, true]);
  expect(said[1]).toMatch(/at once/);
  expect(fake.listeners('SIGINT') + fake.listeners('SIGTERM')).toBe(0);
});

test('the first signal tells what is under way, as long as a run says it', () => {
  const { fake, stop, said } = listening();
  const over = stop.describe(() => '9 files, 1 MB left');
  over();
  stop.describe(() => '1 file, 249 MB left');
  stop.describe(() => undefined);
  fake.send('SIGINT');
  expect(said).toEqual(['stopping: finishing 1 file, 249 MB left; once more stops at once']);
});

test('what finishes nothing says how far it is', () => {
  const { fake, stop, said } = listening();
  stop.describe(() => '1,200 entries compared', { finishes: false });
  fake.send('SIGINT');
  expect(said).toEqual(['stopping: 1,200 entries compared']);
});

test('the first signal names the reason', () => {
  const { fake, stop } = listening();
  fake.send('SIGTERM');
  fake.send('SIGINT');
  expect(stop.stoppedBy).toBe('SIGTERM');
  expect(stop.draining.reason).toMatchObject({ code: 'interrupted', message: 'stopped by SIGTERM' });
});

test('an output that went away drains, and a signal after it stops at once', () => {
  const { fake, stop } = listening();
  stop.drain('the output went away');
  expect(stop.draining.aborted).toBe(true);
  expect(stop.stoppedBy).toBeUndefined();
  fake.send('SIGINT');
  expect(stop.signal.aborted).toBe(true);
});

test('nothing listens after dispose', () => {
  const { fake, stop } = listening();
  stop.dispose();
  expect(fake.listeners('SIGINT') + fake.listeners('SIGTERM')).toBe(0);
});

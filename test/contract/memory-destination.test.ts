import { expect, test } from 'vitest';
import type { DestinationFixture } from '../../src/contract/contract.ts';
import {
  createMemoryDestination,
  type MemoryDestinationOptions,
} from '../../src/destinations/memory/memory-destination.ts';
import { describeDestination } from './describe-contract.ts';
import { describeSwitches } from './destination-switches.ts';

/** Its clock never shows the same time twice. */
function open(options: MemoryDestinationOptions = {}): Promise<DestinationFixture> {
  let now = 0;
  return Promise.resolve({
    destination: createMemoryDestination({ now: () => (now += 1000), ...options }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}

describeDestination('memory', () => open());
describeSwitches('memory', open);

test('a path whose slash says another kind than the call is refused', async () => {
  const call = { signal: new AbortController().signal };
  const stage = createMemoryDestination({ kindsCoexist: true });
  stage.place('a', 'a');
  stage.place('d/f', 'f');
  for (const attempt of [
    () => stage.move('a', 'b/', call),
    () => stage.move('d/', 'e', call),
    () => stage.put('c/', { size: 0, bytes: new Uint8Array() }, call),
    () => stage.makeFolder('c', call),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'destination_refused', fact: 'refused' });
  expect([...stage.files.keys(), ...stage.folders]).toEqual(['a', 'd/f', 'd/']);
});

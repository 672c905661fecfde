import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLocalDestination } from '../../src/destinations/local/local-destination.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { isSyncError } from '../../src/model/errors.ts';
import type { Destination } from '../../src/model/ports.ts';
import { localTree } from '../support/trees/local-tree.ts';

const call = { signal: new AbortController().signal };

// Few names, so that they meet; and some that are no paths.
const segment = fc.constantFrom('a', 'b', 'c', 'd', '..', '');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
const folder = path.map((name) => `${name}/`);
const either = fc.oneof(path, folder);

type Step =
  | { readonly do: 'put'; readonly at: string; readonly text: string }
  | { readonly do: 'makeFolder' | 'remove' | 'list' | 'stat' | 'read'; readonly at: string }
  | { readonly do: 'move'; readonly at: string; readonly to: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), at: path, text: fc.constantFrom('', 'one', 'longer') }),
  fc.record({ do: fc.constant('makeFolder' as const), at: folder }),
  fc.record({ do: fc.constantFrom('list' as const), at: folder }),
  fc.record({ do: fc.constantFrom('stat' as const, 'read' as const), at: path }),
  fc.record({ do: fc.constant('remove' as const), at: either }),
  fc.record({ do: fc.constant('move' as const), at: either, to: either }),
);

function take(destination: Destination, { at, ...what }: Step): Promise<unknown> {
  switch (what.do) {
    case 'put': {
      const bytes = Buffer.from(what.text);
      // the time that it got, one of them does not tell
      return destination.put(at, { size: bytes.byteLength, bytes }, call).then(() => undefined);
    }
    case 'makeFolder':
      // whether it was there before, one of them cannot tell
      return destination.makeFolder(at, call).then(() => undefined);
    case 'move':
      return destination.move(at, what.to, call);
    case 'remove':
      return destination.remove(at, call);
    case 'list':
      return destination
        .listFolder(at, call)
        .then((children) => children && [...children].map(({ kind, name }) => `${kind} ${name}`).toSorted());
    case 'stat':
      return destination.stat(at, call).then((shown) => shown?.size);
    case 'read':
      return textOf(destination, at);
    default:
      return what satisfies never;
  }
}

const textOf = async (destination: Destination, at: string): Promise<string> =>
  Buffer.concat(await Array.fromAsync(await destination.read(at, call))).toString();

const LOOKS: readonly Step['do'][] = ['list', 'stat', 'read'];

/** What became of it. Of which kind a refusal is may differ; of a look at what is no path, so may whether it is one. */
async function outcomeOf(destination: Destination, given: Step): Promise<string> {
  const noPath = /(?:^|\/)(?:\.\.|)(?:\/|$)/.test(given.at.replace(/\/$/, ''));
  if (noPath && LOOKS.includes(given.do)) {
    const found = await take(destination, given).catch(() => undefined);
    return `nothing to see: ${found === undefined}`;
  }
  try {
    return `done ${JSON.stringify(await take(destination, given))}`;
  } catch (error) {
    if (!isSyncError(error) || error.fact === undefined) throw error;
    return 'refused';
  }
}

async function treeOf(destination: Destination, at = ''): Promise<string[]> {
  const found: string[] = [];
  for (const child of (await destination.listFolder(at, call)) ?? []) {
    const name = at + child.name;
    if (child.kind === 'folder') found.push(`${name}/`, ...(await treeOf(destination, `${name}/`)));
    else found.push(`${name} ${await textOf(destination, name)}`);
  }
  return found.toSorted();
}

test('a directory does what the destination in memory does, whatever is asked of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      using tree = localTree();
      const directory = await openLocalDestination({ root: tree.root });
      const memory = createMemoryDestination();
      for (const [at, each] of steps.entries())
        expect([at, await outcomeOf(directory, each)]).toEqual([at, await outcomeOf(memory, each)]);
      expect(await treeOf(directory)).toEqual(await treeOf(memory));
    }),
    { numRuns: 300 },
  );
}, 60_000);

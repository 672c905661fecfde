import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalDestination } from '../../src/destinations/local/local-destination.ts';
import type { WritableDisk } from '../../src/disk/writable-disk.ts';
import type { Destination } from '../../src/model/ports.ts';
import { openLocalSource } from '../../src/sources/local/local-source.ts';
import { systemClock } from '../../src/sync/clock.ts';
import type { PassOptions } from '../../src/sync/pass-options.ts';
import { createEngine } from '../support/engine/engine.ts';
import { mortalDisk, type Death } from '../support/faults/mortal-disk.ts';
import { localTree } from '../support/trees/local-tree.ts';
import type { LocalTree } from '../support/trees/local-tree.ts';

const FLAGS: Partial<PassOptions> = { removal: 'ours' };

/** Content by path; hidden names are left out. */
function filesOf(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name);
    if (entry.isFile() && !place.includes('.stagesync-'))
      found[place.slice(root.length + 1)] = fs.readFileSync(place, 'utf8');
  }
  return found;
}

function edit(tree: LocalTree): void {
  tree.write('changed', 'another');
  fs.renameSync(tree.at('moved'), tree.at('here'));
  fs.renameSync(tree.at('folder'), tree.at('other'));
  tree.remove('gone');
  tree.remove('becomes-folder');
  tree.write('becomes-folder/in', 'in');
  tree.write('new/deep/file', 'new');
}

/** Runs once to fill the destination, dies on the way of the second run, and runs again. Gives the changes made. */
async function trial(at: number, when: Death['when']): Promise<number> {
  using from = localTree({
    changed: 'one',
    moved: 'moved',
    gone: 'gone',
    'becomes-folder': 'file',
    'folder/a': 'aa',
    'folder/sub/b': 'bb',
  });
  using to = localTree();
  const source = await openLocalSource({ root: from.root, followSymlinks: false });
  const open = (disk?: WritableDisk): Promise<Destination> =>
    openLocalDestination({ root: to.root, owner: () => 'abcdef012345' }, disk);
  using engine = createEngine(source, await open(), systemClock);
  expect((await engine.pass(FLAGS)).report.outcome).toBe('clean');
  to.write('foreign', 'foreign');
  edit(from);

  const kill = new AbortController();
  const death: Death = { at, when, begun: 0, onDeath: () => kill.abort(new Error('killed')) };
  const destination = await open(mortalDisk(death));
  await engine.pass({ ...FLAGS, destination, signal: kill.signal }).catch(() => undefined);

  const after = await engine.pass({ ...FLAGS, destination: await open() });
  expect(after.error).toBeUndefined();
  expect(filesOf(to.root)).toEqual({ ...filesOf(from.root), foreign: 'foreign' });
  const names = fs.readdirSync(to.root, { recursive: true, encoding: 'utf8' });
  expect(names.filter((name) => name.includes('.stagesync-'))).toEqual([]);
  const last = await engine.pass({ ...FLAGS, destination: await open() });
  expect(last.report).toMatchObject({ uploaded: 0, moved: 0, removed: 0, failed: 0 });
  return death.begun;
}

test('a pass into a directory that dies at any change converges in the next one', async () => {
  const changes = await trial(Number.POSITIVE_INFINITY, 'before');
  expect(changes).toBeGreaterThan(10);
  for (let at = 1; at <= changes; at++)
    for (const when of ['before', 'after'] as const)
      await trial(at, when).catch((error: unknown) => {
        throw new Error(`dead ${when} change ${at}`, { cause: error });
      });
}, 120_000);

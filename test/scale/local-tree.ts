import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ODD_NAMES } from '../support/trees/trees.ts';
import { openWorkplace, startStage } from './built-tool.ts';
import { observeSync, stageEnvironment } from './observed-run.ts';
import type { ObservedRun } from './observed-run.ts';
import { checkStage } from './stage-content.ts';
import type { Expected } from './stage-content.ts';

const FOLDERS = 200;
const FILES = 10_000;
const MANY_FILES = 100_000;

const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(0)} MB`;
const seconds = ({ report }: ObservedRun): string => `${(report.durationMs / 1000).toFixed(1)} s`;

/**
 * Trees of 10,000 and 100,000 files in 200 folders through the command line: everything arrives byte for byte, a second
 * run uploads nothing, each edit is one action, and memory is the same for ten times as many files.
 */
export async function checkLocalTree(say: (line: string) => void): Promise<void> {
  const few = await syncTree(FILES, say);
  const many = await syncTree(MANY_FILES, say);
  say(`ten times as many files take ${mb(many - few)} more memory (${mb(few)}, ${mb(many)})`);
  assert.ok(many < few * 1.25, 'memory does not grow with the number of files');
}

/** Resolves with the peak memory of the largest run, in bytes. */
async function syncTree(files: number, say: (line: string) => void): Promise<number> {
  using place = openWorkplace();
  await using stage = await startStage(place);
  const root = join(place.folder, 'data');
  growTree(root, files);
  const [state, temporary] = [join(place.folder, 'state'), join(place.folder, 'temporary')];
  mkdirSync(temporary);
  const env = { ...stageEnvironment(stage), HOME: place.folder, XDG_STATE_HOME: state, TMPDIR: temporary };
  const args = [root, `stage://${stage.deployment}/target`, '--delete'];
  const sync = (): Promise<ObservedRun> => observeSync(place, args, { env, cwd: place.folder, watch: [] });

  const first = await sync();
  assert.equal(first.status, 0, first.stderr);
  assert.deepEqual([first.report.outcome, first.report.uploaded], ['clean', files]);
  say(`${files} files: first run ${seconds(first)}, peak memory ${mb(first.peakBytes)}`);
  await checkStage(stage, 'target/', snapshot(root));
  say(`${files} files: the Stage has every file byte for byte, and every empty folder`);

  const changes = await stage.changingRequests();
  const second = await sync();
  assert.equal(second.status, 0, second.stderr);
  assert.deepEqual([second.report.uploaded, second.report.unchanged], [0, files]);
  assert.equal(await stage.changingRequests(), changes, 'the second run changes nothing');
  say(`${files} files: second run ${seconds(second)}, peak memory ${mb(second.peakBytes)}, nothing changed`);

  const third = await edit(root, sync);
  await checkStage(stage, 'target/', snapshot(root));
  say(`${files} files: exactly the ${third.actions.length} expected actions after edits`);
  return Math.max(first.peakBytes, second.peakBytes, third.peakBytes);
}

/** `files` files in 200 folders: one name in eight odd, one file in ten empty, and two empty folders. */
function growTree(root: string, files: number): void {
  for (let folder = 0; folder < FOLDERS; folder++) {
    const odd = ODD_NAMES[folder % ODD_NAMES.length]!;
    const path = join(root, folder % 3 === 0 ? `f${folder}` : `${odd} ${folder}/deeper`);
    mkdirSync(path, { recursive: true });
    for (let at = folder; at < files; at += FOLDERS) {
      const name = at % 8 === 0 ? `${at} ${ODD_NAMES[(at >> 3) % ODD_NAMES.length]!}` : `file-${at}.csv`;
      writeFileSync(join(path, name), at % 10 === 0 ? '' : `${at};`.repeat(1 + (at % 600)));
    }
  }
  mkdirSync(join(root, 'empty/inside'), { recursive: true });
  mkdirSync(join(root, 'empty too'));
}

/** Touches, edits, renames, adds and removes files in the first folder, and syncs: each is one action, or none. */
async function edit(root: string, sync: () => Promise<ObservedRun>): Promise<ObservedRun> {
  const [touched, appended, sameSize, renamed, gone] = readdirSync(join(root, 'f3'))
    .filter((name) => /^file-\d+\.csv$/.test(name) && readFileSync(join(root, 'f3', name)).length > 0)
    .map((name) => `f3/${name}`) as [string, string, string, string, string];
  const at = (path: string): string => join(root, path);
  const later = new Date(Date.now() + 5_000);
  utimesSync(at(touched), later, later);
  appendFileSync(at(appended), 'more');
  writeFileSync(at(sameSize), 'x'.repeat(readFileSync(at(sameSize)).length));
  renameSync(at(renamed), at('f3/renamed ü 😀.csv'));
  rmSync(at(gone));
  mkdirSync(at('new folder'));
  writeFileSync(at('new folder/cafe\u0301.csv'), 'new');
  const run = await sync();
  assert.equal(run.status, 0, run.stderr);
  const expected = [
    'createFolder new folder/ new',
    `move ${renamed} -> f3/renamed ü 😀.csv renamed`,
    `remove ${gone} gone_from_source`,
    'upload new folder/cafe\u0301.csv new',
    `upload ${appended} changed`,
    `upload ${sameSize} changed`,
  ];
  assert.deepEqual(run.actions, expected.sort());
  return run;
}

function snapshot(root: string): Expected {
  const found = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (entry.isDirectory()) found.set(`${name}/`, '');
    else found.set(name, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return found;
}

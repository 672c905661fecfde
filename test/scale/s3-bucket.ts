import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOf } from '../../src/model/path.ts';
import { openWorkplace, started, startStage } from './built-tool.ts';
import { bytesOf, generateObjects } from './generated-bucket.ts';
import { observeSync, stageEnvironment } from './observed-run.ts';
import type { ObservedRun } from './observed-run.ts';
import { checkStage } from './stage-content.ts';

const OBJECTS = 5_000;
const CONCURRENCY = 16;
const MEMORY_LIMIT = 200_000_000;
const SERVER = new URL('generated-s3.ts', import.meta.url).pathname;

const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(0)} MB`;

/**
 * A bucket of 5,000 objects from 0 to 200 MB through the command line: everything arrives byte for byte, memory stays
 * under 200 MB, no object touches the disk on its way, a second run reads none.
 */
export async function checkS3Bucket(say: (line: string) => void): Promise<void> {
  using place = openWorkplace();
  const server = spawn(process.execPath, [SERVER, String(OBJECTS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [, s3Url] = await started(server);
    await using stage = await startStage(place);
    const [cwd, temporary, state, home] = ['work', 'temporary', 'state', 'home'].map((name) => {
      const folder = join(place.folder, name);
      mkdirSync(folder);
      return folder;
    }) as [string, string, string, string];
    const env = {
      ...stageEnvironment(stage),
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      HOME: home,
      XDG_STATE_HOME: state,
      TMPDIR: temporary,
      // node keeps compiled code there, and TMPDIR is to stay empty
      NODE_COMPILE_CACHE: join(place.folder, 'compile-cache'),
    };
    const target = `stage://${stage.deployment}/target`;
    const args = [
      's3://generated/data',
      target,
      '--endpoint-url',
      s3Url,
      '--concurrency',
      String(CONCURRENCY),
    ];
    const sync = (): Promise<ObservedRun> =>
      observeSync(place, args, { env, cwd, watch: [temporary, cwd, home] });
    const reads = async (): Promise<number> => Number(await (await fetch(`${s3Url}/_reads`)).text());

    const objects = generateObjects(OBJECTS, '');
    const total = objects.reduce((sum, { size }) => sum + size, 0);
    say(`${OBJECTS} objects, ${mb(total)}, the largest ${mb(Math.max(...objects.map(({ size }) => size)))}`);

    const first = await sync();
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.report.outcome, 'clean');
    assert.equal(first.report.uploaded, OBJECTS);
    assert.equal(first.report.bytes, total);
    assert.equal(await reads(), OBJECTS, 'one read an object');
    const ledger = readdirSync(state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    const foreign = [...first.openFiles].filter((path) => !isOwn(path, [state, place.folder + '/tool'], env));
    say(
      `first run: ${(first.report.durationMs / 1000).toFixed(1)} s, peak memory ${mb(first.peakBytes)}, written to disk ${mb(first.diskBytes)} (ledger ${mb(ledger)})`,
    );
    assert.deepEqual(foreign, [], 'no file open but the ledger');
    assert.deepEqual(
      [...first.appeared],
      [],
      'nothing appeared in TMPDIR, the working directory or the home',
    );
    assert.ok(first.diskBytes < 100_000_000 + ledger, 'the objects were not written to disk');
    assert.ok(first.peakBytes < MEMORY_LIMIT, `memory stays under ${mb(MEMORY_LIMIT)}`);

    const expected = new Map<string, string>();
    for (const object of objects) {
      for (const folder of foldersOf(object.key)) expected.set(folder, '');
      const sum = createHash('sha256');
      for (const piece of bytesOf({ ...object, key: `data/${object.key}` })) sum.update(piece);
      expected.set(object.key, sum.digest('hex'));
    }
    await checkStage(stage, 'target/', expected);
    say('the Stage has every object byte for byte');

    const changes = await stage.changingRequests();
    const second = await sync();
    assert.equal(second.status, 0, second.stderr);
    assert.deepEqual([second.report.uploaded, second.report.unchanged], [0, OBJECTS]);
    assert.equal(await reads(), OBJECTS, 'the second run reads no object');
    assert.equal(await stage.changingRequests(), changes, 'the second run changes nothing');
    say(
      `second run: ${(second.report.durationMs / 1000).toFixed(1)} s, peak memory ${mb(second.peakBytes)}, no object read, nothing changed`,
    );
  } finally {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
}

/** The ledger, the program and what node itself opens. */
const isOwn = (path: string, folders: readonly string[], env: Readonly<Record<string, string>>): boolean =>
  [
    ...folders,
    env['NODE_COMPILE_CACHE']!,
    process.execPath,
    '/proc/',
    '/sys/',
    realpathSync(new URL('../../node_modules', import.meta.url).pathname),
  ].some((own) => path.startsWith(own));

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { contentsOf } from '../../support/ends/inspected-directory.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

const PRELOAD = fileURLToPath(new URL('../../support/faults/kill-at-disk-change.mjs', import.meta.url));
const { signal } = new AbortController();

/** Kills of the suite; all there are with STAGESYNC_KILL_POINTS=all. */
const POINTS = process.env['STAGESYNC_KILL_POINTS'] === 'all' ? Infinity : 2;

const BEFORE = {
  same: 'same',
  changed: 'one',
  gone: 'gone',
  'to-folder': 'a file',
  'to-file/a': 'a',
  'to-file/b': 'b',
  'folder/a': 'aa',
  'folder/sub/b': 'bb',
};
const AFTER = {
  same: 'same',
  changed: 'another',
  'to-folder/in': 'in',
  'to-file': 'a file now',
  'other/a': 'aa',
  'other/sub/b': 'bb',
  'new/deep/file': 'new',
};
const MINE = { mine: 'written by a person', 'folder/mine': 'in a folder that goes on the Stage' };

interface Point {
  readonly at: 'before' | 'after' | 'request';
  readonly nth: number;
}

/** One pair: a first pull, edits of both sides, a pull that dies at the point, and one that has to put all right. */
class KillTrial {
  readonly #stage: Awaited<ReturnType<typeof servedStage>>;
  #requests = 0;
  #onRequest = (): Promise<void> | undefined => undefined;

  private constructor(stage: Awaited<ReturnType<typeof servedStage>>) {
    this.#stage = stage;
  }

  static async open(): Promise<KillTrial> {
    let trial: KillTrial | undefined;
    const onRequest = async (phase: string): Promise<void> => {
      if (phase === 'received' && trial !== undefined) await trial.#requested();
    };
    trial = new KillTrial(await servedStage({ onRequest }));
    return trial;
  }

  async #requested(): Promise<void> {
    this.#requests++;
    await this.#onRequest();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage[Symbol.asyncDispose]();
  }

  /** Resolves with the number of points that there are, where none is given. */
  async run(serial: number, point?: Point): Promise<{ readonly changes: number; readonly requests: number }> {
    const { destination, cli, deployment } = this.#stage;
    const [root, out] = [`k${serial}/`, join(cli.folder, `out${serial}`)];
    const under = (files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [root + path, text]));
    const args = [
      'pull',
      `stage://${deployment}/k${serial}`,
      `out${serial}`,
      '--delete',
      '--max-delete',
      '100%',
    ];
    const pull = () => commandInside(cli, [...args, '--json']);
    await fill(destination, under(BEFORE));
    expect(await pull()).toMatchObject({ status: 0 });
    for (const gone of ['gone', 'to-folder', 'to-file/']) await destination.remove(root + gone, { signal });
    await destination.move(`${root}folder/`, `${root}other/`, { signal });
    await fill(destination, under(AFTER));
    mkdirSync(join(out, 'folder'), { recursive: true });
    for (const [path, text] of Object.entries(MINE)) writeFileSync(join(out, path), text);

    const ended = await this.#killed(args, point);
    const versions = new Set([...Object.values(BEFORE), ...Object.values(AFTER), ...Object.values(MINE)]);
    for (const [path, text] of contentsOf(out))
      if (!path.endsWith('/') && !path.includes('.stagesync-')) expect(versions, path).toContain(text);
    for (const [path, text] of Object.entries(MINE)) expect(contentsOf(out).get(path)).toBe(text);
    expect(contentsOf(out).get('same')).toBe('same');

    expect(await pull()).toMatchObject({ status: 0, report: { failed: 0 } });
    const files = [...contentsOf(out)].filter(([path]) => !path.endsWith('/'));
    expect(Object.fromEntries(files)).toEqual({ ...AFTER, ...MINE });
    const last = await pull();
    expect(last).toMatchObject({ status: 0, report: { uploaded: 0, removed: 0, foldersCreated: 0 } });
    return ended;
  }

  async #killed(args: readonly string[], point: Point | undefined) {
    const { cli } = this.#stage;
    this.#requests = 0;
    let child: ChildProcess | undefined;
    if (point?.at === 'request')
      this.#onRequest = async () => {
        if (this.#requests !== point.nth || child === undefined) return;
        const gone = new Promise((resolve) => child!.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      };
    const killAt = point === undefined || point.at === 'request' ? 'count' : `${point.at}:${point.nth}`;
    const result = await cli.run(args, {
      env: { STAGESYNC_KILL_AT: killAt },
      nodeOptions: ['--import', PRELOAD],
      running: (process) => (child = process),
    });
    const requests = this.#requests;
    this.#onRequest = () => undefined;
    expect(result.status, result.stderr).toBe(point === undefined ? 0 : 137);
    return { requests, changes: Number(/changes: (\d+)/.exec(result.stderr)?.[1] ?? 0) };
  }
}

/** Evenly chosen: before and after each change of the directory, and at each request. */
function choosePoints({
  changes,
  requests,
}: {
  readonly changes: number;
  readonly requests: number;
}): Point[] {
  const all: Point[] = [];
  for (let nth = 1; nth <= changes; nth++) all.push({ at: 'before', nth }, { at: 'after', nth });
  // the number of the last ones depends on what runs at the same time
  for (let nth = 1; nth <= requests - 2; nth++) all.push({ at: 'request', nth });
  const count = Math.min(all.length, POINTS);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]!);
}

test('killed at any change of the directory, and at any request, a pull has lost nothing, and the next puts all right', async () => {
  await using trial = await KillTrial.open();
  const whole = await trial.run(0);
  expect(whole.changes).toBeGreaterThan(15);
  for (const [serial, point] of choosePoints(whole).entries())
    await trial.run(serial + 1, point).catch((error: unknown) => {
      throw new Error(`killed at ${JSON.stringify(point)}`, { cause: error });
    });
}, 0);

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RequestInfo, RequestPhase } from '../../../src/emulator/request-info.ts';
import type { CliResult } from '../cli/cli.ts';
import { commandInside } from '../cli/command-inside.ts';
import { SqlHttp } from '../database/sql-http.ts';
import { servedStage, type ServedStage } from '../stage/served-stage.ts';
import { writeTree } from '../trees/trees.ts';

const PRELOAD = fileURLToPath(new URL('../faults/kill-at-statement.mjs', import.meta.url));

export interface LoadKillMode {
  readonly afterLoad: 'keep' | 'remove';
  readonly hasKey: boolean;
  readonly reload: 'drop-file' | 'new-name';
}

/**
 * When the process dies: when a change of this kind was made and its answer was not sent yet, at the nth phase of a change, or
 * before the nth statement that changes the ledger.
 */
export type LoadKillPoint =
  | { readonly at: 'committed'; readonly what: Change }
  | { readonly at: 'phase' | 'before'; readonly nth: number };

type Change = 'upload' | 'drop' | 'move' | 'remove';

export interface LoadKillOutcome {
  readonly killed: boolean;
  /** In a run that nobody killed: phases of changes, and statements that change the ledger. */
  readonly phases: number;
  readonly statements: number;
}

const BEFORE = { 'a.csv': '1,10\n2,20\n', 'b.csv': '3,30\n' };
const AFTER = { ...BEFORE, 'a.csv': '1,11\n2,20\n4,40\n', 'c.csv': '5,50\n' };

/** The content of all files, each row once. */
const ONCE = [
  [1, 11],
  [2, 20],
  [3, 30],
  [4, 40],
  [5, 50],
];
/** Where there is no key, what was loaded of the former content stays. */
const WITH_FORMER = [[1, 10], ...ONCE.slice(0, 2), [2, 20], ...ONCE.slice(2)];

/** Runs after the killed one, until all is right. */
const MOST_RUNS = 10;

type Watcher = (phase: RequestPhase, info: RequestInfo) => Promise<void>;

/** Folders of one Stage, each with a table and a pipeline: a first run, edits, a run that is killed, and one that puts all right. */
export class LoadKillTrial {
  readonly #mode: LoadKillMode;
  readonly #stage: ServedStage;
  readonly #sql: SqlHttp;
  readonly #watchers: Map<string, Watcher>;
  #serial = 0;

  private constructor(mode: LoadKillMode, stage: ServedStage, watchers: Map<string, Watcher>) {
    this.#mode = mode;
    this.#stage = stage;
    this.#sql = new SqlHttp(stage.emulator);
    this.#watchers = watchers;
  }

  static async open(mode: LoadKillMode): Promise<LoadKillTrial> {
    const watchers = new Map<string, Watcher>();
    const stage = await servedStage({
      onRequest: async (phase, info) => {
        const name = /\bk\d+(?=\/)/.exec(info.sql ?? info.path)?.[0];
        if (name !== undefined) await watchers.get(name)?.(phase, info);
      },
    });
    return new LoadKillTrial(mode, stage, watchers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stage[Symbol.asyncDispose]();
  }

  /** Throws where the run after the killed one does not put everything right. */
  async run(point?: LoadKillPoint): Promise<LoadKillOutcome> {
    const name = `k${++this.#serial}`;
    const { cli, deployment } = this.#stage;
    const { afterLoad, hasKey, reload } = this.#mode;
    const folder = join(cli.folder, name);
    await this.#makeTable(name);
    const flags = `--load-database demo --pipeline ${name} --reload ${reload} --after-load ${afterLoad} --wait-loaded=1m`;
    const args = ['sync', folder, `stage://${deployment}/${name}`, ...flags.split(' '), '--json'];
    const env = { SINGLESTOREDB_USER: 'admin', SINGLESTOREDB_PASSWORD: this.#stage.emulator.token };
    const sync = () => commandInside(cli, args, { env });
    await writeTree(folder, BEFORE);
    assert.equal((await sync()).status, 0);
    await writeTree(folder, AFTER);

    const { result, ...outcome } = await this.#killed(name, args, { env, point });
    const runs = [result];
    while (runs.length <= MOST_RUNS) {
      const next = await sync();
      assert.equal(next.status, 0, next.stdout + next.stderr);
      runs.push(next);
      if (await this.#isSettled(name)) break;
    }
    const last = await sync();
    assert.equal(last.status, 0);
    assert.equal(last.report.uploaded + last.report.removed, 0, 'a run with nothing to do did something');
    assert.ok(!last.stdout.includes('"type":"reload"'), 'a file was read again for nothing');
    await this.#judge(name, runs);
    await this.#sql.exec(`STOP PIPELINE ${name}`);
    await this.#sql.exec(`DROP PIPELINE ${name}`);
    await this.#sql.exec(`DROP TABLE ${name}`);
    assert.equal(hasKey || said(runs, 'rows_may_double'), true, 'nobody was warned of doubled rows');
    return outcome;
  }

  async #makeTable(name: string): Promise<void> {
    const { hasKey } = this.#mode;
    await this.#sql.exec(`CREATE TABLE ${name} (id INT, amount INT${hasKey ? ', PRIMARY KEY (id)' : ''})`);
    await this.#sql.exec(
      `CREATE PIPELINE ${name} AS LOAD DATA STAGE '${name}/*.csv' BATCH_INTERVAL 20 ${hasKey ? 'REPLACE' : ''} INTO TABLE ${name} FIELDS TERMINATED BY ','`,
    );
    await this.#sql.exec(`START PIPELINE ${name}`);
  }

  /** What a killed run sent is not waited for by the next one: a pass or two later its rows are there, and it has left. */
  async #isSettled(name: string): Promise<boolean> {
    const rows = await this.#rows(name);
    const ids = new Set(rows.filter(([id, amount]) => !isFormer(id, amount)).map(([id]) => id));
    return ids.size === ONCE.length && isDeepStrictEqual(await this.#there(name), this.#wanted);
  }

  async #judge(name: string, runs: readonly CliResult[]): Promise<void> {
    const rows = await this.#rows(name);
    // a statement that was repeated, and says so, may double rows once more where there is no key
    if (this.#mode.hasKey) assert.deepEqual(rows, ONCE);
    else if (!said(runs, 'reload_repeated')) assert.deepEqual(rows, WITH_FORMER);
    assert.deepEqual(await this.#there(name), this.#wanted);
  }

  #rows(name: string): Promise<unknown[][]> {
    return this.#sql.tuples(`SELECT id, amount FROM ${name} ORDER BY id, amount`);
  }

  get #wanted(): string[] {
    const { afterLoad, reload } = this.#mode;
    if (afterLoad === 'remove') return [];
    return Object.keys(AFTER).map((path) => (reload === 'new-name' && path === 'a.csv' ? 'a~N.csv' : path));
  }

  /** A version of a file counts as one, whatever its number. */
  async #there(name: string): Promise<string[]> {
    const { destination } = this.#stage;
    const { signal } = new AbortController();
    const children = (await destination.listFolder(`${name}/`, { signal })) ?? [];
    return Array.from(children, (child) => child.name.replace(/~\d+/, '~N')).toSorted();
  }

  async #killed(
    name: string,
    args: readonly string[],
    { env, point }: { readonly env: Record<string, string>; readonly point: LoadKillPoint | undefined },
  ): Promise<LoadKillOutcome & { readonly result: CliResult }> {
    let child: ChildProcess | undefined;
    let phases = 0;
    const isPoint = (phase: RequestPhase, change: Change | undefined): boolean =>
      point?.at === 'phase'
        ? phases === point.nth
        : point?.at === 'committed' && phase === 'committed' && change === point.what;
    this.#watchers.set(name, async (phase, info) => {
      const change = changeOf(info);
      if (change === undefined) return;
      phases++;
      if (child === undefined || child.killed || !isPoint(phase, change)) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    });
    const result = await this.#stage.cli.run(args, {
      env: { ...env, STAGESYNC_KILL_AT: point?.at === 'before' ? `before:${point.nth}` : 'count' },
      nodeOptions: ['--import', PRELOAD],
      running: (process) => (child = process),
    });
    this.#watchers.delete(name);
    const killed = result.status === 137;
    assert.ok(killed || result.status === 0, result.stdout + result.stderr);
    const statements = Number(/statements: (\d+)/.exec(result.stderr)?.[1] ?? 0);
    return { killed, phases, statements, result };
  }
}

const isFormer = (id: unknown, amount: unknown): boolean => id === 1 && amount === 10;

const said = (runs: readonly CliResult[], code: string): boolean =>
  runs.some(({ stdout }) => stdout.includes(`"${code}"`));

function changeOf({ kind, sql }: RequestInfo): Change | undefined {
  if (kind === 'putFile') return 'upload';
  if (kind === 'remove' || kind === 'move') return kind;
  return sql !== undefined && /^ALTER PIPELINE/i.test(sql) ? 'drop' : undefined;
}

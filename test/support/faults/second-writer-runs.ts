import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PlanLine } from '../../../src/model/plan.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import type { Ledger } from '../../../src/sync/ledger/ledger.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { runPass } from '../../../src/sync/pass.ts';
import { PASS_DEFAULTS } from '../../../src/sync/pass-defaults.ts';
import { WatchLoop } from '../../../src/sync/watch/watch-loop.ts';
import type { Dice } from '../trees/dice.ts';
import type { TrialSource } from '../trees/edited-source.ts';
import type { LeftOut } from '../cli/left-out.ts';
import { createStageClock } from '../stage/stage-clock.ts';
import type { TrialStage } from '../stage/trial-stage.ts';

const BIN = fileURLToPath(new URL('../../../bin/stagesync.js', import.meta.url));

/** A watch that has to try again later is not waited for, in milliseconds. */
const LONGEST_WAIT_MS = 800;

export type RunKind = 'pass' | 'trust' | 'scope' | 'apply' | 'watch' | 'process';

export interface RunsOptions {
  readonly edited: TrialSource;
  readonly destination: Destination;
  readonly stage: TrialStage;
  readonly dice: Dice;
  readonly pass: Partial<PassOptions> & Pick<PassOptions, 'removal'>;
  readonly leftOut: LeftOut;
  /** Called when a pass begins. */
  readonly onBegin: () => void;
}

/** The runs of a trial: one ledger, all ways to use it, and kills at a request. */
export class SecondWriterRuns implements Disposable {
  readonly #options: RunsOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'stagesync-second-'));
  /** Phases of requests until the kill. */
  #until = 0;
  #kill = (): void => undefined;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** At each phase of each request of ours. */
  onRequest(): void {
    if (--this.#until === 0) this.#kill();
  }

  pickKind(): RunKind {
    const { dice, edited } = this.#options;
    const kind = dice.pick(['pass', 'pass', 'pass', 'trust', 'scope', 'scope', 'apply', 'watch'] as const);
    const onDisk = edited.kind === 'disk';
    if (onDisk && dice.chance(0.06)) return 'process';
    if (kind === 'watch' && !onDisk) return 'scope';
    return kind === 'scope' && edited.kind === 'bucket' ? 'pass' : kind;
  }

  /** Undefined: it was killed. */
  async run(kind: RunKind): Promise<PassResult | undefined> {
    const { dice, edited } = this.#options;
    const { dirty } = edited.random;
    switch (kind) {
      case 'pass':
        return this.#mayBeKilled((stop) => this.pass(stop));
      case 'trust':
        return this.#mayBeKilled((stop) => this.pass({ ...stop, trustLedger: true }));
      case 'scope': {
        const scope = Array.from(dirty);
        return this.#mayBeKilled((stop) => this.pass({ ...stop, scope }));
      }
      case 'apply': {
        const approved: PlanLine[] = [];
        await this.pass({
          dryRun: true,
          onEvent: (event) => {
            if (event.type === 'planned') approved.push(event);
          },
        });
        if (dice.chance(0.3)) edited.random.edit(1);
        return this.#mayBeKilled((stop) => this.pass({ ...stop, approved }));
      }
      case 'watch':
        return this.#watch();
      default:
        return this.#process();
    }
  }

  /** One pass with a ledger that is opened and closed by it, as by every run of the command. */
  async pass(overrides: Partial<PassOptions>): Promise<PassResult> {
    this.#options.onBegin();
    const ledger = this.#ledger();
    try {
      const result = await runPass({ ...this.#passOptions(), ledger, ...overrides });
      // a whole look finds every change
      if (result.error === undefined && overrides.dryRun !== true) this.#options.edited.random.dirty.clear();
      return result;
    } finally {
      ledger.close();
    }
  }

  #passOptions() {
    const { edited, destination, pass } = this.#options;
    return {
      ...PASS_DEFAULTS,
      source: edited.source,
      destination,
      maxDelete: { percent: 100 },
      clock: createStageClock(Date.now()),
      draining: new AbortController().signal,
      signal: new AbortController().signal,
      onEvent: () => undefined,
      filter: pass.filter!,
      ...pass,
    };
  }

  #ledger(): Ledger {
    const { edited, destination } = this.#options;
    return openLedger({
      folder: join(this.#folder, 'state', 'stagesync'),
      source: edited.source.label,
      destination: destination.label,
      command: 'test',
      pid: process.pid,
    });
  }

  async #mayBeKilled(
    work: (stop: Pick<PassOptions, 'signal' | 'draining'>) => Promise<PassResult>,
  ): Promise<PassResult> {
    const { dice } = this.#options;
    const [signal, draining] = [new AbortController(), new AbortController()];
    const chosen = dice.chance(0.7) ? signal : draining;
    this.#killAt(dice.chance(0.4) ? 1 + dice.below(60) : 0, () => chosen.abort(new Error('killed')));
    const result = await work({ signal: signal.signal, draining: draining.signal });
    this.#killAt(0, () => undefined);
    return result;
  }

  #killAt(nth: number, kill: () => void): void {
    this.#until = nth;
    this.#kill = kill;
  }

  /** A watch for as long as it has something to do, with edits while it runs; then it is stopped, or killed. */
  async #watch(): Promise<PassResult | undefined> {
    const { edited, dice, pass } = this.#options;
    const ledger = this.#ledger();
    const [signal, draining] = [new AbortController(), new AbortController()];
    let last: PassResult | undefined;
    this.#killAt(dice.chance(0.3) ? 1 + dice.below(80) : 0, () => signal.abort(new Error('killed')));
    const shared = { signal: signal.signal, draining: draining.signal };
    const loop = new WatchLoop({
      source: edited.source,
      filter: pass.filter!,
      clock: systemClock,
      settleMs: 15,
      fullEveryMs: 3_600_000,
      pollMs: undefined,
      isRecorded: (entry) => ledger.get(entry.path)?.version === entry.version,
      onEvent: () => undefined,
      ...shared,
      pass: async (request) => {
        this.#options.onBegin();
        const options = { ...this.#passOptions(), clock: systemClock, ...shared };
        return (last = await runPass({ ...options, ledger, ...request }));
      },
    });
    const running = loop.run();
    try {
      for (let edits = 1 + dice.below(3); edits > 0 && !signal.signal.aborted; edits--) {
        await this.#idle(loop, signal.signal);
        edited.random.edit(1 + dice.below(3));
        // until the loop has heard of it, or there is nothing to hear
        for (let turns = 10; turns > 0 && loop.status.state === 'idle' && loop.status.waiting === 0; turns--)
          await wait(10);
      }
      await this.#idle(loop, signal.signal);
    } finally {
      draining.abort(new Error('the trial goes on'));
      await running;
      this.#killAt(0, () => undefined);
      ledger.close();
    }
    return signal.signal.aborted ? undefined : last;
  }

  async #idle(loop: WatchLoop, until: AbortSignal): Promise<void> {
    const end = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const { state, waiting } = loop.status;
      if (until.aborted || (state === 'idle' && waiting === 0) || Date.now() > end) return;
      await wait(5);
    }
  }

  /** The command itself, killed by the system at a request. */
  async #process(): Promise<PassResult | undefined> {
    const { edited, destination, stage, dice, pass, leftOut } = this.#options;
    const flags = [
      ...(pass.removal === 'none' ? [] : [pass.removal === 'ours' ? '--delete' : '--mirror']),
      ...(pass.atomic === true ? ['--atomic'] : []),
      ...(pass.publishSet === true ? ['--publish-set'] : []),
      ...(pass.marker === undefined ? [] : ['--marker', pass.marker]),
      ...leftOut.rules.flatMap(({ pattern }) => ['--exclude', pattern]),
    ];
    const child = spawn(
      process.execPath,
      [
        BIN,
        'sync',
        edited.source.label,
        destination.label.replace(/\/$/, ''),
        '--max-delete=100%',
        '--force=empty-source',
        '--quiet',
        ...flags,
      ],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: this.#folder,
          XDG_STATE_HOME: join(this.#folder, 'state'),
          SINGLESTOREDB_MANAGEMENT_BASE_URL: stage.emulator.url,
          SINGLESTOREDB_MANAGEMENT_TOKEN: stage.emulator.token,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    this.#killAt(1 + dice.below(60), () => child.kill('SIGKILL'));
    const [status] = (await once(child, 'close')) as [number | null];
    this.#killAt(0, () => undefined);
    if (status !== null && status !== 0 && status !== 3) throw new Error(`status ${status}: ${said}`);
    return undefined;
  }
}

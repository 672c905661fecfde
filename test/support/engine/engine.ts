import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { Clock, Destination, Source } from '../../../src/model/ports.ts';
import { createFilter } from '../../../src/filter/filter.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import { runPass } from '../../../src/sync/pass.ts';
import { PASS_DEFAULTS } from '../../../src/sync/pass-defaults.ts';

/** Time stands still but for sleeps, which pass at once. */
export function createTestClock(start = 1_700_000_000_000): Clock & { at: number } {
  return {
    at: start,
    now() {
      return Math.floor(this.at);
    },
    elapsed() {
      return this.at;
    },
    // async, so that an abort rejects as the port says, and never throws at the caller
    async sleep(ms, signal) {
      signal.throwIfAborted();
      this.at += ms;
    },
    random: () => 0.5,
  };
}

export interface Engine extends Disposable {
  /** The state folder; a ledger is opened and closed by every pass, as by every run of the command. */
  readonly folder: string;
  readonly events: SyncEvent[];
  pass(overrides?: Partial<PassOptions>): Promise<PassResult>;
}

/** Runs passes between two ends with a ledger in a folder of its own. */
export function createEngine(
  source: Source,
  destination: Destination,
  clock: Clock = createTestClock(),
): Engine {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-engine-'));
  const events: SyncEvent[] = [];
  return {
    folder,
    events,
    async pass(overrides = {}) {
      const ledger = openLedger({
        folder,
        source: source.label,
        destination: destination.label,
        command: 'test',
        pid: process.pid,
      });
      try {
        return await runPass({
          source,
          destination,
          ledger,
          filter: createFilter({ rules: [] }),
          ...PASS_DEFAULTS,
          maxDelete: { percent: 100 },
          concurrency: 4,
          attempts: 4,
          clock,
          draining: new AbortController().signal,
          signal: new AbortController().signal,
          onEvent: (event) => events.push(event),
          ...overrides,
        });
      } finally {
        ledger.close();
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

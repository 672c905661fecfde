import type { RelPath } from '../../../src/model/path.ts';
import type { PathFilter } from '../../../src/model/ports.ts';
import { HiddenNames } from '../../../src/sync/execute/hidden-names.ts';
import { Learnt } from '../../../src/sync/execute/learnt.ts';
import { recoverIntents } from '../../../src/sync/execute/recovery/recover.ts';
import { DestinationTimes } from '../../../src/sync/execute/destination-times.ts';
import { everything } from '../../../src/filter/filter.ts';
import { Trash } from '../../../src/sync/execute/trash/trash.ts';
import { TrashSizes } from '../../../src/sync/execute/trash/trash-sizes.ts';
import type { Intent } from '../../../src/sync/ledger/intent.ts';
import { createTestClock } from './engine.ts';
import { knownStage, PUT_AT } from './executing.ts';
import type { MemoryDestinationOptions } from '../../../src/destinations/memory/memory-destination.ts';
import { openRemote } from './open-remote.ts';

export interface RecoveringOptions {
  readonly filter?: PathFilter;
  readonly stage?: MemoryDestinationOptions;
  /** How long what would be deleted is kept, in milliseconds; absent: not at all. */
  readonly keepMs?: number;
}

/** A Stage and a ledger as a killed run left them, and the recovery that the next run begins with. */
export function recovering(ours: Readonly<Record<RelPath, string>>, options: RecoveringOptions = {}) {
  const known = knownStage(ours, options.stage);
  const problems: string[] = [];
  const learnt = new Learnt();
  const { stage, ledger } = known;
  return {
    ...known,
    problems,
    learnt,
    /** A hidden name of the killed run. */
    hidden: new HiddenNames(PUT_AT),
    begun: (...intents: readonly Intent[]): void => void ledger.addIntents(intents, PUT_AT),
    /** What the killed run had changed on Stage: names without the target's. */
    moved: (from: RelPath, to: RelPath): void => {
      const place = (path: RelPath): RelPath => (path.startsWith('.stagesync-') ? path : stage.root + path);
      const [old, now] = [place(from), place(to)];
      for (const [path, file] of stage.files.entries().toArray())
        if (path === old || (old.endsWith('/') && path.startsWith(old))) {
          stage.files.delete(path);
          stage.files.set(now + path.slice(old.length), file);
        }
      if (!old.endsWith('/')) return;
      for (const path of stage.folders.values().toArray())
        if (path.startsWith(old)) {
          stage.folders.delete(path);
          stage.folders.add(now + path.slice(old.length));
        }
    },
    /** Resolves with the requests it took. */
    recover: async (): Promise<string[]> => {
      const remote = openRemote(stage);
      const clock = createTestClock();
      const { signal } = new AbortController();
      // names of the run that recovers, not of the killed one
      const hidden = new HiddenNames(clock.now());
      const { keepMs } = options;
      const sizes = new TrashSizes(ledger);
      await recoverIntents({
        remote,
        ledger,
        ...(keepMs !== undefined && { trash: new Trash({ remote, clock, keepMs, sizes }) }),
        learnt,
        times: new DestinationTimes({ remote, ledger, hidden, clock, signal }),
        filter: options.filter ?? everything,
        gate: { lanes: 4, mostLanes: 4 },
        onProblem: (path, { severity, code }) => problems.push(`${severity} ${path} ${code}`),
      });
      return known.did();
    },
  };
}

import type { PathFilter } from '../../model/ports.ts';
import type { Priority } from '../../remote/gate/attempts.ts';
import type { Lanes } from '../../remote/gate/lanes.ts';
import { Remote } from '../../remote/remote.ts';
import type { RemoteOptions } from '../../remote/remote.ts';
import { Executor } from '../execute/executor.ts';
import type { ExecutorOptions } from '../execute/action-parts.ts';
import { digestOf } from '../execute/digest-of.ts';
import { FolderMaker } from '../execute/folder-maker.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PassOptions } from '../pass-options.ts';
import { PlanStore } from '../plan/store/plan-store.ts';
import type { OvertakenPaths } from './overtaken-paths.ts';
import { Overtaking } from './overtaking.ts';

/** What overtaking shares with the pass. */
interface SharedParts extends Pick<
  ExecutorOptions,
  'remote' | 'gate' | 'tally' | 'hidden' | 'learnt' | 'times' | 'verification' | 'trash'
> {
  readonly filter: PathFilter;
  readonly destinationFilter: PathFilter;
  readonly overtaken: OvertakenPaths;
}

type PassWithLedger = PassOptions & { readonly ledger: Ledger };

/** With fewer lanes than this, what overtakes would leave none to the plan. */
const LANES_TO_SPARE = 4;

const priorityAt = ({ lanes }: Pick<Lanes, 'lanes'>): Priority =>
  lanes < LANES_TO_SPARE ? 'normal' : 'urgent';

/**
 * Undefined where nothing may go ahead of the plan: nobody tells of changes, all of a set comes at once, or single folders
 * cannot be listed.
 */
export function openOvertaking(
  pass: PassWithLedger,
  parts: SharedParts,
  remote: RemoteOptions,
): Overtaking | undefined {
  const { source, signal, changed, publishSet, keepsOthers, dryRun, approved } = pass;
  const listFolder = source.listFolder?.bind(source);
  // what is ours at the destination is not told without its listing
  if (keepsOthers) return undefined;
  if (changed === undefined || publishSet || dryRun || approved !== undefined || listFolder === undefined)
    return undefined;
  const { gate, filter, overtaken } = parts;
  let store: PlanStore | undefined;
  return new Overtaking({
    pass: { ...pass, changed },
    list: (folder) => listFolder(folder, { filter, signal }),
    look: (path) => parts.remote.stat(parts.remote.root + path, { priority: priorityAt(gate) }),
    digestOf: (entry) => digestOf(entry, pass),
    paths: overtaken,
    openExecutor: () =>
      new Executor(executorOptions(pass, parts, { remote, store: (store ??= new PlanStore()) })),
    closed: () => store?.[Symbol.dispose](),
    atOnce: () => Math.max(1, Math.floor(gate.lanes / LANES_TO_SPARE)),
  });
}

function executorOptions(
  { ledger, source, clock, draining, signal, overwrite, keepsOthers, atomic }: PassWithLedger,
  { gate, destinationFilter, tally, hidden, learnt, times, verification, trash }: SharedParts,
  { remote: ofPass, store }: { readonly remote: RemoteOptions; readonly store: PlanStore },
): ExecutorOptions {
  const remote = new Remote({
    ...ofPass,
    uploadPriority: () => priorityAt(gate),
  });
  return {
    remote,
    gate: {
      get lanes() {
        return gate.lanes;
      },
      get mostLanes() {
        return gate.mostLanes;
      },
      set idleWaits(waits: boolean) {
        gate.idleWaits = waits;
      },
      // it does not wait behind the uploads of the plan
      room: () => undefined,
    },
    ledger,
    source,
    // empty: what is sent ahead is in no plan
    store,
    filter: destinationFilter,
    folders: new FolderMaker(remote, []),
    tally,
    clock,
    draining,
    signal,
    hidden: hidden.apart(),
    learnt,
    times,
    verification,
    trash,
    overwrite,
    keepsOthers,
    atomic,
    holdBack: false,
    onStayed: () => undefined,
  };
}

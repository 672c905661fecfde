import type { EventListener, SyncEvent } from '../../model/events.ts';
import type { MeasuredPace } from '../../model/pace.ts';
import type { RelPath } from '../../model/path.ts';
import type { Destination, Source } from '../../model/ports.ts';
import type { GateUseOptions } from '../../remote/gate/gate-use-options.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import { RetryingDestination } from '../../remote/retrying-destination.ts';
import type { AskFolding } from '../../sources/stage/name-conflicts.ts';
import type { DestinationLooks } from '../../sources/stage/shared-looks.ts';
import { folderPath, type StageAddress } from '../addresses.ts';
import type { StageSurroundings, Surroundings } from '../surroundings.ts';
import { useToLook } from './looking-gate.ts';
import { openStage } from './open-stage.ts';

/** How the requests of a pass go through the gate of a Stage that is read. */
export type ReadingPace = Pick<
  GateUseOptions,
  'concurrency' | 'mostLanes' | 'attempts' | 'maxRequestsPerSecond' | 'maxWaitMs' | 'draining' | 'signal'
>;

export interface StageSource {
  readonly source: Source;
  /**
   * Begins a pass, of which there is one at a time: until it is disposed of, all requests of the source pass its use of the
   * gate, and `onEvent` hears of retries and of the pace.
   */
  beginPass(measured: MeasuredPace | undefined, onEvent: EventListener): ReadingPass;
}

export interface ReadingPass extends Disposable {
  readonly use: GateUse;
}

/**
 * A folder of a Stage as the source of a job, its requests through the gate of its origin and account. Closing the source
 * closes what was opened. Rejects as openStage does.
 */
export async function openStageSource(
  around: StageSurroundings & Pick<Surroundings, 'collectBuffers'>,
  address: StageAddress,
  pace: ReadingPace,
  folding: AskFolding,
): Promise<StageSource> {
  const [{ destinationAsSource }, { destination: stage, gate }] = await Promise.all([
    import('../../sources/stage/destination-as-source.ts'),
    openStage(around, {
      address,
      root: folderPath(address),
      concurrency: pace.mostLanes ?? pace.concurrency,
      maxWaitMs: pace.maxWaitMs,
    }),
  ]);
  const { name } = stage.words;
  let ofPass: { readonly use: GateUse; readonly destination: RetryingDestination } | undefined;

  /** Between passes, as when a watch looks whether its source is back, each request has a use of its own. */
  const withNow = async <T>(work: (destination: RetryingDestination) => Promise<T>): Promise<T> => {
    if (ofPass !== undefined) return work(ofPass.destination);
    const { maxWaitMs, draining } = pace;
    using use = useToLook(gate, { name, concurrency: 1, maxWaitMs, draining, tell: around.tell });
    return await work(new RetryingDestination(stage, use));
  };
  const { readFrom } = stage;
  // files that are read wait for it, and each look serves many of them
  const first = { priority: 'urgent' } as const;
  const looks: DestinationLooks = {
    listFolder: (folder, call) => withNow((now) => now.listFolder(folder, { ...call, ...first })),
    stat: (path, call) => withNow((now) => now.stat(path, { ...call, ...first })),
  };
  const reader: Destination = {
    ...refusing(stage),
    listFolder: (folder, call) => withNow((now) => now.listFolder(folder, call)),
    stat: (path, call) => withNow((now) => now.stat(path, call)),
    read: (path, call) => withNow((now) => now.read(path, call)),
    readFrom: readFrom && ((path, offset, call) => withNow((now) => now.readFrom!(path, offset, call))),
    close: () => stage.close(),
  };
  return {
    source: destinationAsSource({
      destination: reader,
      looks,
      // listings are small and all are wanted: asking for more than can be under way keeps all slots busy
      lookAhead: () => (ofPass?.use.lanes ?? 1) * 2,
      folding,
      showsTheRest: true,
      onBytes: around.collectBuffers?.(),
    }),
    beginPass(measured, onEvent) {
      const use = gate.use({
        ...pace,
        name,
        measured,
        maxWaitFlag: '--max-wait',
        onEvent: (event) => onEvent(withinFolder(event, stage.root)),
      });
      ofPass = { use, destination: new RetryingDestination(stage, use) };
      return {
        use,
        [Symbol.dispose]() {
          ofPass = undefined;
          use[Symbol.dispose]();
        },
      };
    },
  };
}

/** Requests name full paths; events name paths relative to the folder. */
const withinFolder = (event: SyncEvent, root: RelPath): SyncEvent =>
  event.type === 'retry' && event.path.startsWith(root)
    ? { ...event, path: event.path.slice(root.length) }
    : event;

/** A source is never changed. */
function refusing(stage: Destination): Pick<Destination, Exclude<keyof Destination, keyof Reading>> {
  const { label, words, root, traits } = stage;
  const refuse = (): Promise<never> => Promise.reject(new TypeError('a source is only read'));
  return { label, words, root, traits, put: refuse, makeFolder: refuse, move: refuse, remove: refuse };
}

type Reading = Pick<Destination, 'listFolder' | 'stat' | 'read' | 'readFrom' | 'close'>;

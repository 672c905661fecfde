import {
  createMemoryDestination,
  type MemoryCall,
  type MemoryDestinationOptions,
} from '../../../src/destinations/memory/memory-destination.ts';
import type { Destination, Source } from '../../../src/model/ports.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import { bucketLike } from '../s3/bucket-like.ts';
import { memoryPlace, stagePlace } from '../trees/edited-places.ts';
import type { EditedPlace } from '../trees/tree-edits.ts';
import { inspectedDirectory, inspectedMemory, type Inspected } from './inspected-directory.ts';

/** push: files in memory to a Stage in memory. pull: a Stage in memory to a real directory. */
export type Direction = 'push' | 'pull';

/** Both ends of a trial: one that is edited, and one that has to become equal to it. */
export interface TrialEnds extends Disposable {
  readonly source: Source;
  /** Where the files of the source are edited. */
  readonly place: EditedPlace;
  readonly destination: Destination;
  readonly target: Inspected;
}

export interface TrialEndsOptions {
  readonly direction: Direction;
  /** A source without folders of their own. */
  readonly bucket: boolean;
  /** The manners of the Stage, where that is the destination. */
  readonly manners: Omit<MemoryDestinationOptions, 'before' | 'after'> & { readonly now: () => number };
  /** Told of each call of the destination, once it is done. */
  readonly after: (call: MemoryCall) => void;
}

export async function openTrialEnds(options: TrialEndsOptions): Promise<TrialEnds> {
  const { direction, bucket, manners, after } = options;
  if (direction === 'push') {
    const memory = createMemorySource();
    const stage = createMemoryDestination({ ...manners, after });
    return {
      source: bucket ? bucketLike(memory) : memory,
      place: memoryPlace(memory),
      destination: stage,
      target: inspectedMemory(stage),
      [Symbol.dispose]: () => undefined,
    };
  }
  const { now } = manners;
  const stage = createMemoryDestination({ now });
  const directory = await inspectedDirectory({ now, after });
  const whole = destinationAsSource({ destination: stage });
  return {
    source: bucket ? bucketLike(whole) : whole,
    place: stagePlace(stage),
    destination: directory.destination,
    target: directory,
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}

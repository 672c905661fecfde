import type { PathView } from '../compare/merge.ts';
import type { Planned } from './planned.ts';

/** Counts files while a plan is made: what the guards look at, and what needs no action. */
export class Counts {
  unchanged = 0;
  adopted = 0;
  /** Files at the destination that take part: a percentage of removals is one of these. */
  atDestination = 0;
  /** Files of the source that can be synced. */
  inSource = 0;
  readonly #maxFileBytes: number;

  /** Larger files cannot be synced, in bytes. */
  constructor(maxFileBytes: number) {
    this.#maxFileBytes = maxFileBytes;
  }

  see({ path, source, destination }: PathView): void {
    if (path.endsWith('/') || (source?.kind === 'unknown' && source.covers === 'nothing')) return;
    if (destination !== undefined && destination.kind !== 'excluded') this.atDestination++;
    const sendable = source?.kind === 'file' && source.size <= this.#maxFileBytes;
    if (sendable || (source?.kind === 'unknown' && source.file === true)) this.inSource++;
  }

  add(planned: Planned): void {
    if (planned.kind === 'unchanged' || planned.kind === 'confirm' || planned.kind === 'renew')
      this.unchanged++;
    else if (planned.kind === 'adopt' && !planned.row.path.endsWith('/')) this.adopted++;
  }
}

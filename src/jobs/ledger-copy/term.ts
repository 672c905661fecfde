import type { Fence } from '../../model/cluster/leader-election.ts';

/** The leadership in which something is put beside the ledgers. */
export interface Term {
  /** What is led: epochs of two elections say nothing of each other. */
  readonly election: string;
  readonly epoch: number;
}

/** Undefined where there is no election. */
export const termOf = (fence: Pick<Fence, 'election' | 'epoch'> | undefined): Term | undefined =>
  fence && { election: fence.election, epoch: fence.epoch };

/** The same, as it was written. */
export const termIn = ({
  election = '',
  epoch,
}: {
  readonly election?: string | undefined;
  readonly epoch?: number | undefined;
}): Term | undefined => (epoch === undefined ? undefined : { election, epoch });

/** Whether a leader after `own` has written it. */
export const isOfLater = (written: Term | undefined, own: Term | undefined): boolean =>
  isOfOne(written, own) && written!.epoch > own!.epoch;

/** Whether a leader before `own` has written it, which leads no more. */
export const isOfFormer = (written: Term | undefined, own: Term | undefined): boolean =>
  isOfOne(written, own) && written!.epoch < own!.epoch;

/** The same, or this leader itself has. */
export const isUpTo = (written: Term | undefined, own: Term | undefined): boolean =>
  isOfOne(written, own) && written!.epoch <= own!.epoch;

const isOfOne = (one: Term | undefined, other: Term | undefined): boolean =>
  one !== undefined && one.election === other?.election;

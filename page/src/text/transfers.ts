import type { TransferView } from '../../../src/daemon/view/daemon-view.ts';

const isSent = ({ size, sentBytes }: TransferView): boolean => size !== undefined && sentBytes >= size;

/** At most so many files under way: those of which something is still to be sent before those that wait for an answer. */
export const firstTransfers = (transfers: readonly TransferView[], most: number): readonly TransferView[] =>
  transfers
    .toSorted((a, b) => Number(isSent(a)) - Number(isSent(b)) || a.startedMs - b.startedMs)
    .slice(0, most);

import type { Transfer, Transferred, TransferExecutor } from '../model/cluster/transfer-executor.ts';
import type { StoredFile } from '../model/ports.ts';
import type { GateUse } from './gate/gate-use.ts';
import type { Lanes } from './gate/lanes.ts';
import type { Remote } from './remote.ts';

/** Sends files from this process, each in a turn of its own. */
export class LocalTransfers implements TransferExecutor {
  readonly #remote: Pick<Remote, 'put'>;
  readonly #gate: Pick<Lanes, 'lanes'> & Pick<GateUse, 'room'>;

  constructor(remote: Pick<Remote, 'put'>, gate: Pick<Lanes, 'lanes'> & Pick<GateUse, 'room'>) {
    this.#remote = remote;
    this.#gate = gate;
  }

  get lanes(): number {
    return this.#gate.lanes;
  }

  room(): Promise<void> | undefined {
    return this.#gate.room();
  }

  async transfer({
    entry,
    to,
    replaces,
    mayLook,
    urgent,
    readsBack,
  }: Omit<Transfer, 'id'>): Promise<Transferred> {
    let sentDigest: string | undefined;
    let stored: StoredFile | undefined;
    const digest = await this.#remote.put(entry, to, {
      replaces,
      mayLook,
      priority: urgent ? 'urgent' : 'normal',
      onStored: (file) => (stored = file),
      onDigest: readsBack ? (value) => (sentDigest = value) : undefined,
    });
    return { digest, sentDigest, stored };
  }
}

import type { PassTransfers, Transferred } from '../../../model/cluster/transfer-executor.ts';
import type { StoredIntent } from '../../ledger/intent.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/**
 * Settles the uploads of an earlier run of which whoever carried them out tells the end: without a look. All others are left
 * to looks. Resolves once nothing of an earlier run is under way.
 */
export async function takeOverTransfers(
  transfers: Pick<PassTransfers, 'takeOver'>,
  ledger: Ledger,
): Promise<void> {
  const { arrived, notBegun, recorded } = await transfers.takeOver();
  const intents = ledger.intents();
  const ofOnePath = Map.groupBy(intents, ({ path }) => path);
  ledger.transaction(() => {
    for (const intent of intents) {
      // of several versions the last to arrive counts, and nothing tells which that is; a hidden name has to be looked at
      if (intent.op !== 'put' || intent.via !== undefined || ofOnePath.get(intent.path)!.length > 1) continue;
      const sent = arrived.get(intent.id);
      if (sent !== undefined) record(ledger, intent, sent);
      else if (notBegun.has(intent.id)) ledger.dropIntent(intent.id);
    }
  });
  await recorded();
}

function record(ledger: Ledger, intent: StoredIntent, { digest }: Transferred): void {
  const { id, path, size, version, identity, reason } = intent;
  ledger.arrived(
    {
      path,
      size: size!,
      version: version ?? '',
      identity,
      digest,
      shownModifiedMs: undefined,
      pending: true,
      adopted: false,
    },
    reason,
  );
  ledger.dropIntent(id);
}

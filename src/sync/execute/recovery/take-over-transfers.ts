import type { PassTransfers, SentVersion, Transferred } from '../../../model/cluster/transfer-executor.ts';
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
      const [sent, unsent] = [arrived.get(intent.id), notBegun.get(intent.id)];
      if (isOf(intent, sent)) record(ledger, intent, sent);
      else if (sent === undefined && isOf(intent, unsent)) ledger.dropIntent(intent.id);
    }
  });
  await recorded();
}

/** What the broker kept of a run before the last one, or of another ledger of the pair, may have the number of this intent. */
const isOf = <T extends SentVersion>({ path, version }: StoredIntent, told: T | undefined): told is T =>
  told !== undefined && told.path === path && told.version === version;

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

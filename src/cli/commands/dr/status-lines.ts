import type { StorageDRStatus } from '../../../api/resources/storage-dr.ts';
import { printable } from '../../../model/printable.ts';
import { alignedRows } from '../../management/printing/print-rows.ts';

/** The status for a person: the latest move, and a line for each database. */
export function statusLines({ compute, storage }: StorageDRStatus): string[] {
  const databases = storage ?? [];
  return [
    ...(compute && (compute.storageDRType ?? '') !== '' ? [moveText(compute), ''] : []),
    ...(databases.length === 0
      ? ['no database is replicated']
      : alignedRows(databases, [
          { key: 'databaseName', title: 'DATABASE' },
          { key: 'region' },
          { key: 'duplicationState', title: 'REPLICATION' },
        ])),
  ];
}

function moveText(compute: NonNullable<StorageDRStatus['compute']>): string {
  const { storageDRType, storageDRState, completedWorkspaces, totalWorkspaces } = compute;
  const { completedAttachments, totalAttachments } = compute;
  const counts = [
    counted(completedWorkspaces, totalWorkspaces, 'workspaces'),
    counted(completedAttachments, totalAttachments, 'databases attached'),
  ].filter((text) => text !== '');
  const head = `${storageDRType ?? ''}: ${storageDRState ?? 'unknown'}`;
  return printable(counts.length === 0 ? head : `${head} (${counts.join(', ')})`);
}

const counted = (done: number | null | undefined, total: number | null | undefined, what: string): string =>
  typeof total === 'number' && total > 0 ? `${done ?? 0} of ${total} ${what}` : '';

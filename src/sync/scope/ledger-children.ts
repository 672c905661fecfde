import { afterFolder } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

/** A direct child in the ledger. A folder without a row of its own has rows below it. */
export interface LedgerChild {
  readonly path: RelPath;
  readonly row: LedgerRow | undefined;
}

const PAGE = 512;

/**
 * What the ledger has directly in `folder`, in path order. Each child folder is stepped over by a seek, so that the
 * cost is that of the children, not of the tree below. Rows behind the reader may change.
 */
export function* ledgerChildren(ledger: Ledger, folder: RelPath): Generator<LedgerChild, void> {
  const end = folder === '' ? undefined : afterFolder(folder);
  // pages grow while files follow each other; a folder is mostly followed by another folder
  let size = 8;
  for (let from = folder, inclusive = false; ;) {
    const rows = ledger.page({ from, inclusive, end, limit: size });
    let stepped = false;
    for (const row of rows) {
      const slash = row.path.indexOf('/', folder.length);
      if (slash === -1) {
        yield { path: row.path, row };
        continue;
      }
      const child = row.path.slice(0, slash + 1);
      yield { path: child, row: row.path === child ? row : undefined };
      from = afterFolder(child);
      inclusive = true;
      stepped = true;
      break;
    }
    if (stepped) size = 2;
    else if (rows.length < size) return;
    else {
      from = rows[rows.length - 1]!.path;
      inclusive = false;
      size = Math.min(PAGE, size * 4);
    }
  }
}

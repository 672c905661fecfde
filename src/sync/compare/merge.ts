import type { SourceEntry } from '../../model/entry.ts';
import { comparePaths } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { Cursor } from './cursor.ts';
import type { DestinationEntry } from '../../remote/walk-folders.ts';

/** One path as the three sides see it. `unknown`: that end could not say; nothing may be concluded from its silence. */
export interface Sighting {
  readonly path: RelPath;
  readonly source: SourceEntry | undefined;
  readonly stage: DestinationEntry | undefined;
  readonly row: LedgerRow | undefined;
  readonly sourceUnknown: boolean;
  readonly destinationUnknown: boolean;
}

/** Called for each path in path order; a promise holds the merge until it settles. */
export type Visit = (sighting: Sighting) => void | Promise<void>;

/**
 * The streaming three-way merge: source, Stage and ledger in one path order, each path visited once. Memory does not
 * grow with the number of paths. Rejects with whatever a listing rejected with.
 */
export async function mergeThree(
  source: Cursor<SourceEntry>,
  stage: Cursor<DestinationEntry>,
  ledger: Cursor<LedgerRow>,
  visit: Visit,
): Promise<void> {
  let sourceDark: RelPath | undefined;
  let destinationDark: RelPath | undefined;
  for (;;) {
    if (source.current === undefined && !source.ended) await source.fill();
    if (stage.current === undefined && !stage.ended) await stage.fill();
    if (ledger.current === undefined && !ledger.ended) await ledger.fill();
    let s = source.current;
    if (s?.kind === 'unknown' && s.covers === 'nothing') {
      source.advance();
      await visit({
        path: s.path,
        source: s,
        stage: undefined,
        row: undefined,
        sourceUnknown: true,
        destinationUnknown: false,
      });
      continue;
    }
    let d = stage.current;
    let l = ledger.current;
    let path = s?.path;
    if (d !== undefined && (path === undefined || comparePaths(d.path, path) < 0)) path = d.path;
    if (l !== undefined && (path === undefined || comparePaths(l.path, path) < 0)) path = l.path;
    if (path === undefined) return;
    if (s?.path === path) source.advance();
    else s = undefined;
    if (d?.path === path) stage.advance();
    else d = undefined;
    if (l?.path === path) ledger.advance();
    else l = undefined;
    if (s?.kind === 'unknown' && s.covers === 'subtree') sourceDark = path;
    if (d?.kind === 'unknown' && d.covers === 'subtree') destinationDark = path;
    const pending = visit({
      path,
      source: s,
      stage: d,
      row: l,
      sourceUnknown: s?.kind === 'unknown' || (sourceDark !== undefined && path.startsWith(sourceDark)),
      destinationUnknown:
        d?.kind === 'unknown' || (destinationDark !== undefined && path.startsWith(destinationDark)),
    });
    if (pending !== undefined) await pending;
  }
}

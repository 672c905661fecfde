import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import { isWithin, nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import { isHidden } from './hidden-names.ts';
import type { Lanes } from '../../remote/gate/lanes.ts';
import type { Remote } from '../../remote/remote.ts';

export interface ConfirmOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  /** Says how many listings are made at the same time. */
  readonly gate: Lanes;
  readonly stopped: () => boolean;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

type Shown = ReadonlyMap<string, ShownVersion> | undefined;

/**
 * Lists each folder that files were put into, once, and compares. A file of the right size is confirmed with the time that
 * the listing shows; a file that is missing or of another size is reported, and the next run uploads it again.
 * Rows come in path order, so that a folder's rows end before its neighbour's begin: memory is that of the folders on the
 * way down and of those listed ahead.
 */
export async function confirmUploads(options: ConfirmOptions): Promise<void> {
  const { ledger, remote } = options;
  const open: { readonly folder: RelPath; readonly shown: Promise<Shown> }[] = [];
  const list = async (folder: RelPath): Promise<Shown> => {
    const children = await remote.list(remote.root + folder);
    const shown = new Map<string, ShownVersion>();
    for (const child of children ?? []) if (child.kind === 'file') shown.set(child.name, child);
    return shown;
  };
  for (const page of ledger.pendingRows()) {
    const ahead = new Map<RelPath, Promise<Shown>>();
    const folders = [...new Set(page.map((row) => parentOf(row.path)))];
    let next = 0;
    const lookAhead = (): void => {
      while (next < folders.length && ahead.size < options.gate.lanes) {
        const folder = folders[next++]!;
        if (open.some((each) => each.folder === folder)) continue;
        const shown = list(folder);
        shown.catch(() => undefined);
        ahead.set(folder, shown);
      }
    };
    const confirmed: [LedgerRow, ShownVersion][] = [];
    const refuted: LedgerRow[] = [];
    for (const row of page) {
      if (options.stopped()) return;
      // a file that waits under a hidden name is in no folder of the target
      if (isHidden(row.path)) continue;
      const folder = parentOf(row.path);
      while (open.length > 0 && !isWithin(row.path, open.at(-1)!.folder)) open.pop();
      let frame = open.find((each) => each.folder === folder);
      if (frame === undefined) {
        lookAhead();
        frame = { folder, shown: ahead.get(folder) ?? list(folder) };
        ahead.delete(folder);
        open.push(frame);
        lookAhead();
      }
      let shown: Shown;
      try {
        shown = await frame.shown;
      } catch (error) {
        if (!isSyncError(error) || error.verdict === 'end_run') throw error;
        options.onProblem(
          row.path,
          unconfirmed(`its folder could not be listed: ${messageOf(error)}`, 'warning'),
        );
        continue;
      }
      const now = shown?.get(nameOf(row.path));
      if (now !== undefined && now.size === row.size) confirmed.push([row, now]);
      else {
        refuted.push(row);
        const { name } = remote.words;
        const found = now === undefined ? `${name} does not list it` : `${name} lists ${now.size} bytes`;
        options.onProblem(
          row.path,
          unconfirmed(`uploaded ${row.size} bytes, but ${found}; the next run uploads it again`, 'failure'),
        );
      }
    }
    ledger.transaction(() => {
      for (const [row, now] of confirmed) ledger.confirm(row.path, now.modifiedMs);
      // such a file is still ours, but its version is not known: the source's version is uploaded again
      for (const row of refuted)
        ledger.put({ ...row, version: '', identity: undefined, digest: undefined }, 'refuted');
    });
  }
}

const unconfirmed = (message: string, severity: Problem['severity']): Problem => ({
  code: 'not_confirmed',
  severity,
  message,
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderRow, type LedgerRow } from '../../src/sync/ledger/ledger-row.ts';
import { openLedger } from '../../src/sync/ledger/open-ledger.ts';
import type { Ledger } from '../../src/sync/ledger/ledger.ts';
import { LoadLog } from '../../src/sync/load/load-log.ts';
import { ledgerChildren } from '../../src/sync/scope/ledger-children.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';

/** More than two pages of any reader. */
const FILES = 1300;

const fileRow = (path: string): LedgerRow => ({ ...folderRow(path), size: 1, version: 'v', pending: true });
const number = (i: number): string => String(i).padStart(4, '0');

/** A ledger of files, and folders, in one folder, in which `damage` then changes bytes: the paths keep their length. */
async function damagedLedger(damage: (bytes: Buffer) => void): Promise<{ ledger: Ledger; log: LoadLog }> {
  const folder = await temporaryFolder();
  const pair = { folder, source: '/a', destination: 'stage://d/', command: 'test', pid: 1 };
  const trackLoads = (it: Ledger): LoadLog => it.trackLoads((db, run) => new LoadLog(db, run, () => 1));
  const ledger = openLedger(pair);
  trackLoads(ledger);
  ledger.transaction(() => {
    ledger.put(folderRow('top/'), 'new');
    for (let i = 0; i < FILES; i++) {
      ledger.arrived(fileRow(`top/a${number(i)}`), 'new');
      ledger.put(folderRow(`top/b${number(i)}/`), 'new');
    }
  });
  ledger.close();
  const file = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.sqlite'))!,
  );
  const bytes = readFileSync(file);
  damage(bytes);
  writeFileSync(file, bytes);
  const damaged = openLedger(pair);
  onTestFinished(() => damaged.close());
  return { ledger: damaged, log: trackLoads(damaged) };
}

/** Every place of a text gets another text of its length. */
function replaceIn(bytes: Buffer, before: string, after: string): void {
  expect(after).toHaveLength(before.length);
  let found = 0;
  for (let at = bytes.indexOf(before); at !== -1; at = bytes.indexOf(before, at + 1), found++)
    bytes.write(after, at);
  expect(found).toBeGreaterThan(0);
}

/** Stops where a reader has given far more than there is: it would not have ended. */
function endOf(pages: Iterable<unknown>): string {
  let left = 10 * FILES;
  for (const _ of pages) if (--left === 0) return 'does not end';
  return 'ended';
}

function* loadPages(next: (after: string) => readonly { readonly path: string }[]): Generator<unknown> {
  for (let after = ''; ;) {
    const rows = next(after);
    if (rows.length === 0) return;
    after = rows.at(-1)!.path;
    yield rows;
  }
}

const READERS: Readonly<Record<string, (parts: { ledger: Ledger; log: LoadLog }) => Iterable<unknown>>> = {
  'all rows': ({ ledger }) => ledger.rows(),
  'the rows of a folder': ({ ledger }) => ledger.rows('top/'),
  'the folders': ({ ledger }) => ledger.folders('top/'),
  'what waits for a listing': ({ ledger }) => ledger.pendingRows(),
  'the children of a folder': ({ ledger }) => ledgerChildren(ledger, 'top/'),
  'files on their way to a table': ({ log }) => loadPages((after) => log.page(after, 500)),
  'files of a run on their way': ({ log }) => loadPages((after) => log.pageSince(0, after, 500)),
};

const DAMAGES: Readonly<Record<string, (bytes: Buffer) => void>> = {
  // one path behind which a page can end goes back to the beginning
  'leads back': (bytes) => {
    for (let i = 0; i < FILES; i++)
      if (i % 4 === 3) {
        replaceIn(bytes, `top/a${number(i)}`, `top/a${number(0)}`);
        replaceIn(bytes, `top/b${number(i)}/`, `top/b${number(0)}/`);
      }
  },
  // bytes that are no text all come as the same character, behind which SQLite gives the same row again
  'holds bytes that are no text': (bytes) => {
    for (const [before, after] of [
      [Buffer.from('top/a'), Buffer.from([0x74, 0xff, 0xfe, 0x2f, 0x61])],
      [Buffer.from('top/b'), Buffer.from([0x74, 0xff, 0xfe, 0x2f, 0x62])],
    ] as const)
      for (let at = bytes.indexOf(before); at !== -1; at = bytes.indexOf(before, at + 1))
        after.copy(bytes, at);
  },
};

test.each(Object.keys(DAMAGES))(
  'a ledger whose order %s is unusable to each reader of pages',
  async (kind) => {
    const parts = await damagedLedger(DAMAGES[kind]!);
    for (const [name, read] of Object.entries(READERS)) {
      let how: unknown;
      try {
        how = endOf(read(parts));
      } catch (error) {
        how = error;
      }
      // no row is in that folder any more
      if (how === 'ended' && kind === 'holds bytes that are no text' && name.includes('folder')) continue;
      expect(how, name).toMatchObject({
        code: 'state_unusable',
        message: expect.stringMatching(/not in their order.*delete it/) as unknown,
      });
    }
  },
);

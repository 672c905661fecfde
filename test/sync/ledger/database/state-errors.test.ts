import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stateError } from '../../../../src/sync/ledger/database/state-errors.ts';
import { openLedger } from '../../../../src/sync/ledger/open-ledger.ts';
import { temporaryFolder } from '../../../support/trees/temporary-folder.ts';

const MODULE = new URL('../../../../src/sync/ledger/open-ledger.ts', import.meta.url).href;
const optionsIn = (folder: string) => ({ folder, source: 'a', destination: 'b', command: 'test', pid: 1 });

/** The message of an openLedger with so many files left to open, in a process of its own. */
function openedWithFilesLeft(left: number, folder: string): string {
  const script = `
    import fs from 'node:fs';
    import { openLedger } from '${MODULE}';
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/', 'r')); } catch {}
    for (let i = 0; i < ${left}; i++) fs.closeSync(taken.pop());
    let said = 'opened';
    try { openLedger(${JSON.stringify(optionsIn(folder))}); } catch (error) { said = error.message; }
    for (const each of taken) fs.closeSync(each);
    console.log(said);`;
  const limited = ['-c', 'ulimit -n 100 && exec "$0" "$@"', process.execPath];
  return execFileSync('sh', [...limited, '--input-type=module', '-e', script], { encoding: 'utf8' }).trim();
}

test.each([0, 1, 2, 3])(
  'a state file that lacks files to open (%i are left) needs a higher limit',
  async (left) => {
    const said = openedWithFilesLeft(left, await temporaryFolder());
    expect(said).toMatch(/^cannot keep state in .*too many open files; raise the limit .*ulimit -n/);
    expect(said).not.toContain('writable');
  },
);

test('a state file that can be opened is, with files enough', async () => {
  expect(openedWithFilesLeft(20, await temporaryFolder())).toBe('opened');
});

test('a state folder that cannot be made is no matter of the limit', () => {
  expect(() => openLedger(optionsIn('/dev/null/state'))).toThrow(/make the folder writable/);
});

test('a state file that nobody may even look at is named with the way out', async () => {
  // the superuser may look into every folder: a link that leads to itself is refused to all
  const file = join(await temporaryFolder(), 'loop.sqlite');
  symlinkSync(file, file);
  expect(stateError(file, new Error('unable to open database file'))).toMatchObject({
    code: 'state_unusable',
    message: expect.stringMatching(/^cannot keep state in .*make the folder writable/) as string,
  });
});

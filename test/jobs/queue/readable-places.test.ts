import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkBelow, withinAllowed } from '../../../src/jobs/queue/readable-places.ts';
import { openLocalSource } from '../../../src/sources/local/local-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'stagesync-readable-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shared = join(folder, 'shared');
const secret = join(folder, 'secret');
mkdirSync(join(shared, 'data'), { recursive: true });
mkdirSync(secret);
writeFileSync(join(secret, 'key'), 'a secret');
writeFileSync(join(shared, 'data', 'file'), 'shared');
symlinkSync(secret, join(shared, 'way-out'));
symlinkSync(join(secret, 'key'), join(shared, 'data', 'link'));
symlinkSync(join(shared, 'data'), join(folder, 'other-name'));

test.each([shared, join(shared, 'data'), join(folder, 'other-name')])(
  'a worker reads below what --local names: %s',
  (root) => {
    expect(() => checkBelow(root, [shared])).not.toThrow();
  },
);

test.each([
  folder,
  secret,
  `${shared}-beside`,
  join(shared, 'way-out'),
  join(shared, '..', 'secret'),
  join(shared, 'nothing'),
  'shared',
])('and nothing else, also where a link or a name leads there: %s', (root) => {
  expect(() => checkBelow(root, [shared])).toThrow(/below none of the directories/);
});

test('a source that follows links follows none out of what --local names', async () => {
  const root = join(shared, 'data');
  const opened = await openLocalSource({ root, followSymlinks: true });
  const source = withinAllowed(opened, root, [shared]);
  const { signal } = new AbortController();
  const entry = async (path: string) => (await opened.stat!(path, { signal }))!;
  await expect(source.read(await entry('file'), { signal })).resolves.toMatchObject({ size: 6 });
  // the source of the sync itself would follow it
  await expect(opened.read(await entry('link'), { signal })).resolves.toMatchObject({ size: 8 });
  await expect(source.read(await entry('link'), { signal })).rejects.toMatchObject({ fact: 'unreadable' });
  await expect(source.check!(await entry('link'), { signal })).rejects.toMatchObject({ fact: 'unreadable' });
});

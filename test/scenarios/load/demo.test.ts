import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';

/** The sums of the tables that were shown, in their order. */
function tablesIn(text: string): readonly { readonly orders: number; readonly revenue: number }[] {
  return text
    .split('sql> ')
    .slice(1)
    .map((part) => {
      const rows = part.split('\n').flatMap((line) => {
        const [, orders, revenue] = /^[A-Z]{2} +(\d+) +\d+ +([\d.]+)$/.exec(line) ?? [];
        return orders === undefined ? [] : [[Number(orders), Number(revenue)] as const];
      });
      return {
        orders: rows.reduce((sum, [orders]) => sum + orders, 0),
        revenue: rows.reduce((sum, [, revenue]) => sum + revenue, 0),
      };
    });
}

test('the demonstration shows each row once: first, after a change, and after a file was broken and mended', async () => {
  await using cli = await cliSandbox();
  const first = await commandInside(cli, ['demo', 'try'], {
    env: { SINGLESTOREDB_MANAGEMENT_TOKEN: undefined },
  });
  expect(first, first.stderr + first.stdout).toMatchObject({ status: 0 });
  const [loaded, changed, mended] = tablesIn(first.stdout);
  expect(loaded?.orders).toBe(14 * 250);
  // one order more, and one price a hundred times as high
  expect(changed?.orders).toBe(14 * 250 + 1);
  expect(changed!.revenue).toBeGreaterThan(loaded!.revenue * 1.01);
  expect(mended?.orders).toBe(15 * 250 + 1);
  expect(first.stdout).toContain("line 4: Invalid INT value 'three' for column 'quantity'");
  expect(first.stdout.match(/\(it ended with status 9\)/g)).toHaveLength(2);
  expect(readFileSync(join(cli.folder, 'try', 'orders', '2026-10-15.csv'), 'utf8')).not.toContain('three');

  // files that are there stay as they are
  const again = await commandInside(cli, ['demo', 'try']);
  expect(again.status).toBe(2);
  expect(again.stderr).toContain('try has files in it already');
  // elsewhere it has a folder and a database of its own: the first one goes on as it was
  const elsewhere = await commandInside(cli, ['demo', 'other', '--quiet'], { env: { npm_command: 'exec' } });
  expect(elsewhere, elsewhere.stderr).toMatchObject({ status: 0 });
  expect(tablesIn(elsewhere.stdout)).toEqual([loaded, changed, mended]);
  expect(elsewhere.stdout).not.toContain('In sync');
  // what is typed next works from where this was typed
  expect(first.stdout).toMatch(/\n {2}cd try\n {2}stagesync load status orders {2,}each file/);
  expect(elsewhere.stdout).toMatch(
    /\n {2}npx stagesync status orders --file other\/stagesync\.yaml {2,}what/,
  );
  expect(elsewhere.stdout).not.toMatch(/^ {2}(?:cd|stagesync) /m);
  const status = await commandInside(cli, ['load', 'status', 'orders', '--file', 'try/stagesync.yaml']);
  expect(status, status.stderr).toMatchObject({ status: 0 });
  expect(status.stdout).toContain('15 files: 15 loaded');
}, 120_000);

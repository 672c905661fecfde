import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolders } from '../../../disk/make-folders.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';

/** What is the same in every demonstration. */
export const DEMO = { table: 'orders', job: 'orders' } as const;

/** What a demonstration calls its own, on the embedded Stage and in its database. */
export interface DemoPlace {
  readonly database: string;
  /** The address of its folder on the embedded Stage. */
  readonly top: string;
  /** Where the files go. */
  readonly stage: string;
}

/** Of each folder, an absolute path, its own: demonstrations in two folders leave each other alone. */
export function demoPlace(folder: string): DemoPlace {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 6);
  const own = `${name.slice(0, 40) || 'demo'}-${digest}`;
  const top = `stage://local/${own}`;
  return { database: own.replaceAll('-', '_').replace(/^(?=\d)/, 'demo_'), top, stage: `${top}/orders` };
}

const DAYS = 14;
const ORDERS_A_DAY = 250;
const COUNTRIES = ['AT', 'BR', 'DE', 'FR', 'IN', 'JP', 'US'] as const;
const CUSTOMERS = ['Müller, Anna', 'Silva "Bia"', 'Dupont', 'Sato', "O'Neill", 'Rao'] as const;
const HEADER = 'order_id,ordered_at,customer,country,quantity,price';

/** The day whose file is changed, and the one whose file is broken first and mended then. */
export const CHANGED = 'orders/2026-10-07.csv';
export const BROKEN = 'orders/2026-10-15.csv';

const jobsFile = ({
  stage,
  database,
}: DemoPlace): string => `# What a file of jobs can say: docs/pipelines/jobs-file.md
jobs:
  ${DEMO.job}:
    from: ./orders
    to: ${stage}
    what: { removal: everything }
    load:
      database: ${database}
      pipeline: ${DEMO.table}
      reload: drop-file # a file that changes is read again
      wait: 1m # a run ends when every row is in the table
`;

/** Makes the files and the jobs file. Rejects with `usage` where the folder has something in it. */
export async function makeDemoFiles(
  folder: string,
  place: DemoPlace,
): Promise<{ readonly files: number; readonly rows: number }> {
  makeFolders(join(folder, 'orders'));
  const there = (await readdir(folder)).filter((name) => name !== 'orders');
  const inOrders = await readdir(join(folder, 'orders'));
  if (there.length > 0 || inOrders.length > 0)
    throw usageError(
      `${printable(folder)} has files in it already, which stay as they are: name a new folder, or remove it`,
    );
  await writeFile(join(folder, 'stagesync.yaml'), jobsFile(place));
  for (let day = 1; day <= DAYS; day++) await writeFile(join(folder, fileOf(day)), linesOf(day));
  return { files: DAYS, rows: DAYS * ORDERS_A_DAY };
}

/** One order of that day had a price that was wrong by a factor of a hundred, and one order was forgotten. */
export async function changeOneFile(folder: string): Promise<void> {
  const lines = linesOf(7).trimEnd().split('\n');
  const fields = (lines[1] ?? '').split(',');
  lines[1] = [...fields.slice(0, -1), (Number(fields.at(-1)) * 100).toFixed(2)].join(',');
  await writeFile(join(folder, CHANGED), [...lines, orderOf(7, ORDERS_A_DAY)].join('\n') + '\n');
}

export async function addBrokenFile(folder: string): Promise<void> {
  const lines = linesOf(15).trimEnd().split('\n');
  lines[3] = (lines[3] ?? '').replace(/,\d+,([\d.]+)$/, ',three,$1');
  await writeFile(join(folder, BROKEN), `${lines.join('\n')}\n`);
}

export const mendBrokenFile = (folder: string): Promise<void> => writeFile(join(folder, BROKEN), linesOf(15));

const dateOf = (day: number): string => `2026-10-${String(day).padStart(2, '0')}`;

const fileOf = (day: number): string => `orders/${dateOf(day)}.csv`;

function linesOf(day: number): string {
  const orders = Array.from({ length: ORDERS_A_DAY }, (_, at) => orderOf(day, at));
  return `${[HEADER, ...orders].join('\n')}\n`;
}

/** The same for the same day and number, so that the sums of the demonstration are the same everywhere. */
function orderOf(day: number, at: number): string {
  const number = day * 1000 + at;
  const dice = Math.imul(number, 2_654_435_761) >>> 8;
  const customer = CUSTOMERS[dice % CUSTOMERS.length] ?? '';
  const country = COUNTRIES[(dice >>> 5) % COUNTRIES.length] ?? COUNTRIES[0];
  const minute = `${String(Math.floor(at / 60) + 8).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}:00`;
  const price = ((dice % 20_000) / 100 + 1).toFixed(2);
  return `${100_000 + number},${dateOf(day)} ${minute},${quoted(customer)},${country},${(dice % 5) + 1},${price}`;
}

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

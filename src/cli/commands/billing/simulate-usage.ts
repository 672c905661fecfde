import { billing } from '../../../api/resources/billing.ts';
import { quantity } from '../../../billing/quantity.ts';
import { durationText } from '../../../jobs/settings/quantities.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { printRequest } from '../../management/changing/dry-run.ts';
import { alignedRows, printRow } from '../../management/printing/print-rows.ts';
import type { Field, Row } from '../../management/printing/fields.ts';
import type { Run } from '../../management/run.ts';

interface SimulateFlags {
  readonly size: readonly string[];
  /** Milliseconds. */
  readonly for?: number;
  readonly scaleFactor?: number;
  readonly edition?: string;
  readonly creditPrice?: number;
}

/** 30 days, in milliseconds. */
const MONTH = 30 * 86_400_000;

const FIELDS: readonly Field[] = [
  { key: 'size' },
  { key: 'scaleFactor', title: 'SCALE FACTOR' },
  { key: 'edition' },
  { key: 'amount', title: 'CREDITS', text: (value) => amountText(value) },
];

/** `stagesync billing simulate`: what workspaces would use, before they are made. */
export async function simulateUsage(run: Run<SimulateFlags>): Promise<ExitStatus> {
  const { flags, api, out } = run;
  const { for: lengthMs = MONTH } = flags;
  const fromMs = api.clock.now();
  const iso = (ms: number): string => new Date(ms).toISOString();
  const body = {
    resources: flags.size.map((size) => ({
      size,
      ...(flags.scaleFactor !== undefined && { scaleFactor: flags.scaleFactor }),
      ...(flags.edition !== undefined && { edition: flags.edition }),
      from: iso(fromMs),
      to: iso(fromMs + lengthMs),
    })),
  };
  if (flags.dryRun === true) {
    printRequest(run, billing.simulate, { body });
    return EXIT.clean;
  }
  const reply = ((await api.call(billing.simulate, { body })) ?? {}) as Row;
  if (flags.json === true || flags.fields !== undefined) {
    printRow(run, reply, [], flags);
    return EXIT.clean;
  }
  const rows = Array.isArray(reply['resources']) ? (reply['resources'] as readonly Row[]) : [];
  const total = reply['totalAmount'] ?? rows.reduce((sum, { amount }) => sum + Number(amount), 0);
  const known = FIELDS.filter(({ key }) => rows.some((row) => row[key] !== undefined && row[key] !== null));
  out.line(`For ${durationText(lengthMs)} of running:`);
  out.line('');
  for (const line of alignedRows(rows, known)) out.line(line);
  out.line('');
  out.line(`total  ${amountText(total) ?? 'unknown'} credits`);
  if (flags.creditPrice !== undefined && amountText(total) !== undefined)
    out.line(
      `Estimate: ${quantity(Number(total) * flags.creditPrice)}, which is credits times ${flags.creditPrice}.`,
    );
  return EXIT.clean;
}

function amountText(value: unknown): string | undefined {
  const amount = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isNaN(amount) ? undefined : quantity(amount);
}

import * as z from 'zod';
import { patternProblem } from '../../filter/pattern-problem.ts';
import type { ApplyFlags } from '../../cli/commands/apply/command.ts';
import type { SyncFlags } from '../../cli/commands/sync/command.ts';
import { markerProblem } from '../open-job.ts';

/**
 * What a plan file says of how it is carried out. Where requests go, what authorises them, and the guards are not of
 * it: they are the flags of who applies it. Nor is a sweep of hidden names, which no line of a plan speaks of.
 */
export type PlanSettings = Omit<
  SyncFlags,
  keyof ApplyFlags | 'dryRun' | 'sqsQueue' | 'filters' | 'sweepOlderThan'
> & {
  /** The patterns themselves: a file that is named could be another one when the plan is applied. */
  readonly filters: readonly PlanFilter[];
};

interface PlanFilter {
  readonly kind: 'include' | 'exclude';
  readonly value: string;
}

const flag = z.literal(true).optional();
const positive = z.number().positive();

const filter = z
  .strictObject({ kind: z.enum(['include', 'exclude']), value: z.string() })
  .superRefine(({ value }, context) => {
    const problem = value.startsWith('!') ? 'begins with "!"' : patternProblem(value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `the pattern ${problem}` });
  });

const marker = z.string().superRefine((name, context) => {
  const problem = markerProblem(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: `the name ${problem}` });
});

/** One line for each setting: a flag that is new has to be given its place. */
const SETTINGS = {
  delete: flag,
  mirror: flag,
  deleteExcluded: flag,
  compare: z.enum(['size', 'content']),
  moves: z.boolean(),
  trustLedger: flag,
  filters: z.array(filter),
  followSymlinks: flag,
  atomic: flag,
  publishSet: flag,
  marker: marker.optional(),
  concurrency: z.int().positive(),
  maxWait: z.int().positive(),
  maxRequestsPerSecond: positive.optional(),
  bwlimit: z.int().positive().optional(),
} satisfies Readonly<Record<keyof PlanSettings, z.ZodType>>;

/** As strict as the flags are. */
export const settingsShape = z.strictObject(SETTINGS).superRefine((settings, context) => {
  const needs = (setting: string, other: string): void =>
    context.addIssue({ code: 'custom', path: [setting], message: `needs ${other}` });
  if (settings.deleteExcluded && !settings.delete && !settings.mirror)
    needs('deleteExcluded', 'delete or mirror');
  if (settings.publishSet && !settings.atomic) needs('publishSet', 'atomic');
  if (settings.marker !== undefined && !settings.publishSet) needs('marker', 'publishSet');
});

/** Those of the flags that a plan keeps; `filters` take the place of their filter flags. */
export function planSettings(flags: SyncFlags, filters: readonly PlanFilter[]): PlanSettings {
  const kept = Object.entries(flags).filter(([name]) => name in SETTINGS);
  return { ...(Object.fromEntries(kept) as unknown as PlanSettings), filters };
}

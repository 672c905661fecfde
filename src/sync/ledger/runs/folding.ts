import type { Report } from '../../../model/events.ts';
import type { RunSummary } from '../../../model/run.ts';
import type { Folding } from './run-log.ts';

/** What a pass has to be for the one before it to become a part of it. */
export function foldingOf(
  { outcome, report, error }: RunSummary,
  { isTouched }: { readonly isTouched: boolean },
): Folding | undefined {
  if (COUNTS_OF_WORK.some((count) => report[count] > 0)) return undefined;
  // rows of files that failed name the last pass in which they did
  if (error !== undefined || report.failed > 0) return error?.code === 'interrupted' ? undefined : 'failed';
  return outcome === 'clean' && !isTouched ? 'idle' : undefined;
}

const COUNTS_OF_WORK = [
  'uploaded',
  'moved',
  'removed',
  'adopted',
  'skipped',
  'foldersCreated',
  'foldersRemoved',
] as const satisfies readonly (keyof Report)[];

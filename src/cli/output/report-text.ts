import type { Report, SyncEvent } from '../../model/events.ts';
import type { PaceReason } from '../../model/pace.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Cause } from './causes.ts';
import { printable } from '../../model/printable.ts';
import { loadReportText } from './load/load-text.ts';
import { paceText } from './pace-text.ts';
import { bytes, count, counted, duration } from './quantities.ts';
import { UPLOADS, type TransferWords } from '../../model/transfer-words.ts';

const HEADLINES: Record<Report['outcome'], string> = {
  clean: 'In sync',
  warnings: 'In sync, with entries left out',
  failures: 'Not in sync: some entries failed',
  refused: 'Refused: nothing was changed',
  interrupted: 'Interrupted: the next run goes on from here',
};

/** What a plan will cost, as the event has it. */
export type PlannedCost = Omit<Extract<SyncEvent, { type: 'plan' }>, 'type'>;

/** Where there was not more to do, or the user gave the number, people need not be told. */
const WORTH_TELLING: ReadonlySet<PaceReason> = new Set<PaceReason>(['bound', 'queueing', 'refused']);

/** The block at the end of a run: what was done, what was not and why. */
export function reportText(
  report: Report,
  causes: readonly Cause[],
  error: SyncError | undefined,
  plan: PlannedCost | undefined,
  words: TransferWords = UPLOADS,
): string[] {
  const lines = [headline(report, error)];
  const row = (name: string, text: string): void => void lines.push(`  ${name.padEnd(10)} ${text}`);
  if (report.emptySource === true)
    row('source', 'it has no file to sync: see whether its address and the filters are right');
  const changes = changesText(report, words);
  if (report.dryRun && plan !== undefined) row('would be', planText(plan, words));
  else if (changes !== '') row('changed', changes);
  const kept = [
    report.unchanged > 0 ? `${count(report.unchanged)} unchanged` : '',
    report.adopted > 0 ? `${count(report.adopted)} found equal ${words.at} and adopted` : '',
  ].filter((text) => text !== '');
  if (kept.length > 0) row('kept', kept.join(', '));
  if (report.verified !== undefined && !report.dryRun)
    row(
      'verified',
      `${count(report.verified)} of ${count(report.uploaded)} ${words.done}, read back and equal`,
    );
  if (report.trash !== undefined && report.trash.heldFiles > 0) row('trash', trashText(report.trash));
  if (report.load !== undefined && !report.dryRun)
    row('loaded', loadReportText(report.load, { sent: report.uploaded + report.moved }));
  row(
    'requests',
    `${count(report.requests)}${report.retries > 0 ? ` (${counted(report.retries, 'retry', 'retries')})` : ''}${byWorkers(report)}`,
  );
  row('took', `${duration(report.durationMs)}${rateText(report)}`);
  const { pace } = report;
  if (pace !== undefined && (WORTH_TELLING.has(pace.why) || pace.budget !== undefined))
    row('pace', paceText(pace));
  for (const cause of causes)
    row(cause.severity === 'failure' ? 'failed' : 'left out', causeText(cause, error));
  return lines;
}

const byWorkers = ({ workers }: Report): string =>
  workers === undefined ? '' : `, and ${count(workers.requests)} by workers`;

const trashText = ({ files, bytes: size, heldFiles, heldBytes }: NonNullable<Report['trash']>): string =>
  `${counted(files, 'file')} (${bytes(size)}) kept by this run; at most ${counted(heldFiles, 'file')} (${bytes(heldBytes)}) of this pair in all, which count towards the quota of the Stage`;

function headline(report: Report, error: SyncError | undefined): string {
  if (report.dryRun && (report.outcome === 'clean' || report.outcome === 'warnings'))
    return 'Dry run: nothing was changed';
  if (error?.code === 'not_loaded') return 'Sent, but not all of it is loaded';
  if (report.outcome === 'failures' && error !== undefined) return 'Not in sync: the run ended early';
  if (report.outcome === 'clean' && report.emptySource === true) return 'In sync, with an empty source';
  return HEADLINES[report.outcome];
}

function changesText(report: Report, words: TransferWords): string {
  const parts = [
    report.uploaded > 0 ? `${count(report.uploaded)} ${words.done} (${bytes(report.bytes)})` : '',
    report.moved > 0 ? `${count(report.moved)} moved` : '',
    report.removed > 0 ? `${count(report.removed)} removed` : '',
    report.foldersCreated > 0 ? `${counted(report.foldersCreated, 'folder')} created` : '',
    report.foldersRemoved > 0 ? `${counted(report.foldersRemoved, 'folder')} removed` : '',
  ].filter((text) => text !== '');
  return parts.join(', ');
}

function planText({ cost, estimateMs, estimateFrom }: PlannedCost, words: TransferWords): string {
  const parts = [
    cost.uploads > 0 ? `${counted(cost.uploads, words.name)} (${bytes(cost.bytes)})` : '',
    cost.moves > 0 ? counted(cost.moves, 'move') : '',
    cost.removals > 0 ? counted(cost.removals, 'removal') : '',
    cost.foldersCreated > 0 ? counted(cost.foldersCreated, 'new folder') : '',
  ].filter((text) => text !== '');
  if (parts.length === 0) return 'no change';
  return `${parts.join(', ')}; ${counted(cost.calls, 'call')}, about ${duration(estimateMs)}${estimateFrom === 'measured' ? ' at the pace that was measured' : ''}`;
}

const rateText = (report: Report): string =>
  report.bytes > 0 && report.durationMs > 0 ? `, ${bytes((report.bytes * 1000) / report.durationMs)}/s` : '';

/** The reason of what ended the run is its last line: here it is only counted. */
function causeText(cause: Cause, error: SyncError | undefined): string {
  const about = cause.firstPath === '' ? '' : `${printable(cause.firstPath)}: `;
  const example = `${about}${printable(cause.firstMessage)}`;
  const isOfEnd = cause.severity === 'failure' && cause.code === error?.code;
  if (cause.count === 1 && isOfEnd)
    return cause.firstPath === '' ? cause.code : `${cause.code}: ${printable(cause.firstPath)}`;
  if (cause.count === 1) return `${cause.code}: ${example}`;
  const unprinted = cause.count - cause.printed;
  const more = unprinted > 0 ? `, ${count(unprinted)} of them not shown above` : '';
  return `${count(cause.count)} × ${cause.code}${more}${isOfEnd ? '' : `; first: ${example}`}`;
}

import type { LoadReport, SyncEvent } from '../../../model/events.ts';
import { printable } from '../../../model/printable.ts';
import { bytes, count, counted } from '../quantities.ts';

type LoadEvent = Extract<SyncEvent, { type: 'load' }>;
type UnloadedEvent = Extract<SyncEvent, { type: 'unloaded' }>;

export const loadText = ({ path, pipeline }: LoadEvent): string =>
  `loaded ${printable(path)}${pipeline === undefined ? '' : ` by ${printable(pipeline)}`}`;

export const unloadedText = ({ waits, files, bytes: size, mostBytes }: UnloadedEvent): string =>
  waits
    ? `waiting with what is to be sent: ${counted(files, 'file')} (${bytes(size)}) are not loaded yet, and no more than ${bytes(mostBytes)} may be`
    : `going on with what is to be sent: ${counted(files, 'file')} (${bytes(size)}) are not loaded yet`;

/** A run whose files no pipeline reads says so: "0 of 0 files sent" would hide a pattern that takes in none of them. */
const waitedText = ({ files, loaded }: NonNullable<LoadReport['waited']>): string =>
  files === 0
    ? 'nothing to wait for: no file was sent that a pipeline reads'
    : `${count(loaded)} of ${counted(files, 'file')} sent`;

/** How far files are on their way to the table, for the block at the end of a run. */
export function loadReportText(load: LoadReport): string {
  const { waited, unloadedFiles, unloadedBytes, skipped, notReloaded, reloaded, removed } = load;
  const parts = [
    waited === undefined ? '' : waitedText(waited),
    reloaded > 0 ? `${count(reloaded)} read again` : '',
    removed > 0 ? `${count(removed)} removed once loaded` : '',
    unloadedFiles > 0 ? `${counted(unloadedFiles, 'file')} (${bytes(unloadedBytes)}) not loaded yet` : '',
    skipped > 0 ? `${count(skipped)} skipped` : '',
    notReloaded > 0 ? `${count(notReloaded)} changed and not read again` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

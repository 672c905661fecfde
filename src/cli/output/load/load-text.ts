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

/** "0 of 0 files" would tell neither that nothing was to be sent, nor that no pattern takes in what was. */
const waitedText = ({ files, loaded }: NonNullable<LoadReport['waited']>, sent: number): string => {
  if (files === 1) return loaded === 1 ? 'the file that was sent' : 'not the file that was sent';
  if (files > 0) return `${count(loaded)} of the ${counted(files, 'file')} that were sent`;
  return sent === 0
    ? 'nothing was sent, so nothing to wait for'
    : 'nothing to wait for: no file was sent that a pipeline reads';
};

/** How far files are on their way to the table, for the block at the end of a run. */
export function loadReportText(load: LoadReport, { sent }: { readonly sent: number }): string {
  const { waited, unloadedFiles, unloadedBytes, skipped, notReloaded, reloaded, removed } = load;
  const parts = [
    waited === undefined ? '' : waitedText(waited, sent),
    reloaded > 0 ? `${count(reloaded)} read again` : '',
    removed > 0 ? `${count(removed)} removed once loaded` : '',
    unloadedFiles > 0
      ? `${counted(unloadedFiles, 'file')} (${bytes(unloadedBytes)}) on Stage, which the pipeline has not loaded yet`
      : '',
    skipped > 0 ? `${count(skipped)} skipped` : '',
    notReloaded > 0 ? `${count(notReloaded)} changed and not read again` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

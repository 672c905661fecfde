import { counted } from '../../quantities.ts';
import { progressLine } from '../text/progress-line.ts';
import { printable } from '../../../../model/printable.ts';
import { sumOf, type JobsState } from './jobs-state.ts';

/** Several jobs in plain lines, for a log: one for each that runs, and one for all. */
export function jobsLines(jobs: JobsState): readonly string[] {
  const { running, over, total } = jobs;
  const lines = running.map(({ name, state }) => `${printable(name)}: ${progressLine(state)}`);
  const sum = sumOf(jobs);
  const begin = `${over} of ${counted(total, 'job')} done`;
  if (running.length < 2) return lines;
  return [
    ...lines,
    sum.totalFiles === 0 ? `progress: ${begin}` : `${begin}; ${progressLine({ ...sum, wait: undefined })}`,
  ];
}

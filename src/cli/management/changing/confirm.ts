import { shellWord } from '../../output/shell-word.ts';
import { SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { askForLine, canAsk } from './terminal-input.ts';
import type { Run } from '../run.ts';

/** What a person has to confirm. */
export interface Confirmation {
  /** What is about to happen, sentences without names that are not escaped. */
  readonly warning: readonly string[];
  /** What has to be typed. Not escaped. */
  readonly name: string;
  /** What has to be typed where nobody can see or type the name. */
  readonly id: string;
  /** Rejects where what was confirmed is not so any more: a person may have taken long to answer. */
  readonly stillSo?: (() => Promise<void>) | undefined;
}

/**
 * Resolves once a person has typed the name, or at once with --yes. Rejects with `not_confirmed` another answer, and where
 * there is no terminal to ask at.
 */
export async function confirm(run: Run, { warning, name, id, stillSo }: Confirmation): Promise<void> {
  if (run.flags.yes === true) return;
  if (!canAsk(run.host)) {
    const repeat = ['stagesync', ...run.words.map(shellWord), '--yes'].join(' ');
    throw notConfirmed(
      `${warning.join(' ')} This has to be confirmed, and there is no terminal to ask at. If it is meant: ${repeat}`,
    );
  }
  for (const line of warning) run.err.line(line);
  await run.err.flush();
  const wanted = isTypable(name) ? name : id;
  const question = `Type ${printable(wanted)} to go on: `;
  const answer = await askForLine(question, { isSecret: false }, run);
  // an answer that is empty, also one that Ctrl-D gave, is never a yes
  if (answer.trim() === '' || answer.trim() !== wanted)
    throw notConfirmed(`the ${wanted === name ? 'name' : 'ID'} was not typed; nothing was changed`);
  await stillSo?.();
}

/** Whether what is shown of a name is what a person can type: no spaces at its ends, and nothing that is not seen. */
const isTypable = (name: string): boolean => name !== '' && name.trim() === name && printable(name) === name;

export const notConfirmed = (message: string): SyncError =>
  new SyncError('not_confirmed', message, { verdict: 'end_run' });

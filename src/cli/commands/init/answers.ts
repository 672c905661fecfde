import { basename } from 'node:path';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import { NAME } from '../../../jobs-file/shape/file-shape.ts';
import { parsePlace } from '../../../jobs/addresses.ts';
import type { NewJob } from '../../../jobs-file/new-file.ts';
import { machineTimeZone, scheduleProblem } from '../../../jobs-file/schedule.ts';
import { usageError } from '../../../jobs/usage-errors.ts';

export interface InitFlags {
  readonly from?: string;
  readonly to?: string;
  readonly name?: string;
  readonly schedule?: string;
  readonly timezone?: string;
  readonly watch?: true;
  readonly delete?: true;
  readonly tokenFile?: string;
  readonly output?: string;
  readonly check: boolean;
  readonly yes?: true;
}

/** What a person may answer to a question; undefined: it can be used. */
export type Judge = (answer: string) => string | undefined;

/** The answers as far as flags give them. */
export type Given = Partial<NewJob>;

export function givenBy(flags: InitFlags): Given {
  const { from, to, name, schedule, timezone, watch, tokenFile } = flags;
  if (schedule !== undefined && watch === true)
    throw usageError('--schedule and --watch are two answers: give one; the file can have both later');
  if (timezone !== undefined && schedule === undefined)
    throw usageError('--timezone is of a schedule: give --schedule too');
  const timeZone = timezone ?? machineTimeZone();
  const given = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(name !== undefined && { name }),
    ...(schedule !== undefined && { when: { kind: 'schedule', cron: schedule, timeZone } as const }),
    ...(watch === true && { when: { kind: 'watch' } as const }),
    ...(flags.delete === true && { removes: true }),
    ...(tokenFile !== undefined && { tokenFile }),
  };
  refuse('--from', from, judgePlace);
  refuse('--to', to, judgePlace);
  refuse('--name', name, judgeName);
  refuse('--schedule', schedule, (cron) => judgeCron(cron, timeZone));
  return given;
}

function refuse(flag: string, answer: string | undefined, judge: Judge): void {
  const problem = answer === undefined ? undefined : judge(answer);
  if (problem !== undefined) throw usageError(`${flag}: ${problem}`);
}

export function judgePlace(answer: string): string | undefined {
  try {
    parsePlace(answer, 'this', '/');
    return undefined;
  } catch (error) {
    if (isSyncError(error)) return messageOf(error);
    throw error;
  }
}

export const judgeName: Judge = (answer) =>
  NAME.test(answer) ? undefined : 'letters, digits, "_", "-" and ".", and a letter or a digit first';

export const judgeCron = (answer: string, timeZone: string): string | undefined =>
  scheduleProblem({ cron: answer, timeZone }, new Date())?.why;

/** A name for the job: the last word of its source. */
export function usualName(from: string): string {
  const word = basename(from.replace(/\/+$/, '')).replaceAll(/[^A-Za-z0-9_.-]+/g, '-');
  return judgeName(word) === undefined ? word : 'first';
}

/** Whether the other end is a deployment's Stage, which wants a token. */
export const wantsToken = ({ from = '', to = '' }: Given): boolean =>
  [from, to].some((end) => end.startsWith('stage://') && !end.startsWith('stage://local/'));

/** The job with the defaults of all that is not answered. Rejects with `usage` where an end is missing. */
export function withDefaults(given: Given): NewJob {
  const { from, to } = given;
  if (from === undefined || to === undefined)
    throw usageError(
      `there is no terminal to ask at: give ${from === undefined ? '--from' : ''}${from === undefined && to === undefined ? ' and ' : ''}${to === undefined ? '--to' : ''}, like "stagesync init --from data --to stage://local/data"`,
    );
  return { removes: false, when: { kind: 'asked' }, name: usualName(from), ...given, from, to };
}

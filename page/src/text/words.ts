import type { JobState, JobView, RunCause, RunSummary } from '../../../src/daemon/view/daemon-view.ts';
import type { Outcome } from '../../../src/model/events.ts';
import type { Pace } from '../../../src/model/pace.ts';
import { count } from '../../../src/cli/output/quantities.ts';

/** What a state or an outcome means to who looks: the colour of its mark. */
export type Tone = 'calm' | 'busy' | 'good' | 'warn' | 'bad' | 'off';

interface Word {
  readonly text: string;
  readonly tone: Tone;
}

const STATES: Readonly<Record<JobState, Word>> = {
  idle: { text: 'Idle', tone: 'calm' },
  queued: { text: 'Queued', tone: 'calm' },
  starting: { text: 'Starting', tone: 'busy' },
  listing: { text: 'Comparing', tone: 'busy' },
  transferring: { text: 'Transferring', tone: 'busy' },
  backing_off: { text: 'Backing off', tone: 'warn' },
  halted: { text: 'Halted', tone: 'bad' },
  paused: { text: 'Paused', tone: 'off' },
  standby: { text: 'Stands by', tone: 'off' },
  stopping: { text: 'Stopping', tone: 'off' },
};

const OUTCOMES: Readonly<Record<Outcome, Word>> = {
  clean: { text: 'Clean', tone: 'good' },
  warnings: { text: 'Warnings', tone: 'warn' },
  failures: { text: 'Failures', tone: 'bad' },
  refused: { text: 'Refused', tone: 'bad' },
  interrupted: { text: 'Interrupted', tone: 'warn' },
};

const CAUSES: Readonly<Record<RunCause, string>> = {
  schedule: 'schedule',
  missed: 'missed schedule',
  watch: 'change',
  full: 'full comparison',
  command: 'asked for',
  flush: 'flush',
};

// a daemon of a later release may say more than this page knows
export const stateWord = (state: JobState): Word => STATES[state] ?? { text: state, tone: 'calm' };
const outcomeWord = (outcome: Outcome): Word => OUTCOMES[outcome] ?? { text: outcome, tone: 'calm' };
/** How a run ended; one that was killed has no end. */
export const endWord = ({ outcome, didNotEnd }: Pick<RunSummary, 'outcome' | 'didNotEnd'>): Word =>
  didNotEnd === true ? { text: 'Did not end', tone: 'warn' } : outcomeWord(outcome);
export const causeText = (cause: RunCause): string => CAUSES[cause] ?? cause;

const REASONS: Readonly<Record<Pace['why'], string>> = {
  fixed: 'the job file gives this number',
  demand: 'there is not more to do',
  growing: 'still being tried',
  bound: 'never more than this',
  queueing: 'more would only wait for each other at the destination',
  refused: 'the destination lets through only so many a second',
};

/** '8 requests at once, at most 3 a second: the destination …' */
export function paceText({ atOnce, why, perSecond, budget }: Pace): string {
  const rate = perSecond === undefined ? '' : `, ${decimal(perSecond)} a second`;
  return `${count(atOnce)} ${atOnce === 1 ? 'request' : 'requests'} at once${rate}: ${REASONS[why] ?? why}${budget === undefined ? '' : `; shared by ${budget}`}`;
}

export const decimal = (n: number): string =>
  n >= 10 ? count(Math.round(n)) : String(Math.round(n * 10) / 10);

/** What the job waits for, where it has no run. */
export function rhythmText({ watch, schedule }: Pick<JobView, 'watch' | 'schedule'>): string {
  const parts = [
    ...(watch ? ['watches'] : []),
    ...(schedule === undefined ? [] : [`${schedule.cron} (${schedule.timeZone})`]),
  ];
  return parts.length === 0 ? 'when asked' : parts.join(', ');
}

/** What begins the next run, where no time is set for it. */
export const nextText = ({ state, watch }: Pick<JobView, 'state' | 'watch'>): string =>
  state === 'paused' ? 'once resumed' : watch ? 'on a change' : 'when asked';

/**
 * Whether nothing that is known of waits. A job that only runs at times hears of no changes between them, and one that never
 * came to its end knows of none.
 */
export const isInStep = ({ watch, oldestChangeMs, lastSuccessMs, state }: JobView): boolean =>
  watch &&
  oldestChangeMs === undefined &&
  lastSuccessMs !== undefined &&
  !['halted', 'backing_off', 'paused'].includes(state);

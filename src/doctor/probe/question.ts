import type { Told, TrialFolder } from './trial-folder.ts';

/** What a question is asked with. */
export interface Trial {
  readonly stage: TrialFolder;
  readonly signal: AbortSignal;
  /** A folder of the question's own, which is there: ends in '/'. */
  readonly folder: string;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface Answer {
  /** One or a few words, which mean the same for every Stage. */
  readonly answer: string;
  /** More, for a reader: statuses and numbers. No name, no text of the server. */
  readonly detail?: string | undefined;
}

/** One thing that nobody knows about the service. */
export interface Question {
  readonly id: string;
  readonly asks: string;
  /** Rejects where a request is not answered at all. */
  readonly ask: (trial: Trial) => Promise<Answer>;
}

export const statusOf = ({ status }: Told): string => `status ${status}`;

/** An answer for a change that was refused, or made as it should be, or neither. */
export const changed = (told: Told, isAsAsked: boolean, yes: string): Answer =>
  told.isSuccess
    ? { answer: isAsAsked ? yes : 'accepted, and not done', detail: statusOf(told) }
    : { answer: 'refused', detail: statusOf(told) };

import { setTimeout as wait } from 'node:timers/promises';
import { HiddenNames } from '../../sync/execute/hidden-names.ts';
import { isSyncError, messageOf, type ErrorCode } from '../../model/errors.ts';
import { CHANGE_QUESTIONS } from './change-questions.ts';
import { openTrial, type OpenTrial } from './open-trial.ts';
import type { Answer, Question } from './question.ts';
import { SHOWN_QUESTIONS } from './shown-questions.ts';
import { TrialFolder, type Times } from './trial-folder.ts';
import type { StageAddress } from '../../jobs/addresses.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';

export const QUESTIONS: readonly Question[] = [...SHOWN_QUESTIONS, ...CHANGE_QUESTIONS];

/** What became of one question. */
export interface Answered extends Answer {
  readonly id: string;
  readonly asks: string;
  /** Whether requests were not answered, so that the question is open. */
  readonly isOpen: boolean;
}

export interface ProbeResult {
  readonly answers: readonly Answered[];
  /** Milliseconds of the requests that were answered. */
  readonly times: Times;
  readonly generation: string;
  /** Whether it is the service's own address, or another server. */
  readonly isService: boolean;
  /** The hidden folder that could not be removed, and why; undefined: nothing is left. */
  readonly left: { readonly folder: string; readonly why: string } | undefined;
  /** What ended the probe before its end. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | undefined;
}

/** Waits so many milliseconds; rejects when the signal ends it. */
type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

const waitFor: Pause = (ms, signal) => wait(ms, undefined, { signal });

export interface ProbeOptions {
  readonly onAnswer: (answered: Answered) => void;
  /** Default: by the clock of the system. */
  readonly pause?: Pause;
}

/**
 * Asks a Stage all questions in a hidden folder, one after the other, and removes the folder in every case: also after an
 * error, and where `draining` of the surroundings ends it; their `signal` ends the removal too. A folder that a killed probe
 * leaves has the name of a dead run's, so that --sweep-older-than finds it. Rejects where the Stage cannot be opened.
 */
export async function probeStage(
  around: Surroundings,
  address: StageAddress,
  { onAnswer, pause = waitFor }: ProbeOptions,
): Promise<ProbeResult> {
  await using trial = await openTrial(around, address);
  const root = new HiddenNames(Date.now()).folder;
  const stage = new TrialFolder({ ...trial, root, draining: around.draining });
  const answers: Answered[] = [];
  let error: ProbeResult['error'];
  try {
    await stage.makeFolder('', around.signal);
    for (const [at, question] of QUESTIONS.entries()) {
      const answered = await answerTo(question, { stage, at, around, pause });
      answers.push(answered);
      onAnswer(answered);
    }
  } catch (reason) {
    if (!isSyncError(reason)) throw reason;
    error = { code: reason.code, message: messageOf(reason) };
  }
  // the removal has a signal of its own: what ended the probe must not end it
  const left = await swept(stage, root, { signal: around.signal, pause });
  return { answers, times: stage.times, left, error, ...factsOf(trial) };
}

interface Asking {
  readonly stage: TrialFolder;
  readonly at: number;
  readonly around: Surroundings;
  readonly pause: Pause;
}

interface Pausing {
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

const factsOf = ({ generation, isService }: OpenTrial) => ({ generation, isService });

async function answerTo(
  { id, asks, ask }: Question,
  { stage, at, around, pause }: Asking,
): Promise<Answered> {
  const { draining, signal } = around;
  const folder = `${at}/`;
  try {
    await stage.makeFolder(folder, signal);
    const answer = await ask({ stage, signal, folder, pause: (ms) => pause(ms, draining) });
    return { id, asks, isOpen: false, ...answer };
  } catch (error) {
    draining.throwIfAborted();
    // without a right to write nothing else would be answered either
    if (!isSyncError(error) || error.fact === 'unauthorised') throw error;
    return { id, asks, isOpen: true, answer: 'no answer', detail: error.code };
  }
}

const SWEEPS = 3;
const SWEEP_PAUSE_MS = 1000;

async function swept(
  stage: TrialFolder,
  folder: string,
  { signal, pause }: Pausing,
): Promise<ProbeResult['left']> {
  for (let attempt = 1; ; attempt++) {
    try {
      await stage.sweep(signal);
      return undefined;
    } catch (error) {
      if (attempt === SWEEPS || signal.aborted) return { folder, why: messageOf(error) };
      await pause(SWEEP_PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

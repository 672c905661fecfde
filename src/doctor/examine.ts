import { setTimeout as wait } from 'node:timers/promises';
import { failed, failure, type Check, type Finding, type Subject } from './check.ts';
import { duration } from '../model/quantities/duration.ts';

/** What one check found. */
export interface Examined {
  readonly name: string;
  readonly findings: readonly Finding[];
}

export interface ExamineOptions {
  /** Milliseconds that each check may take. */
  readonly withinMs: number;
  /** Aborted: the diagnosis ends, and rejects with the reason. */
  readonly signal: AbortSignal;
}

/**
 * Runs all checks at the same time, each within its bound, and yields what they found in the order of the checks. A check
 * that fails, or takes too long, is a finding and keeps no other from its answer.
 */
export async function* examine(
  checks: readonly Check[],
  subject: Subject,
  options: ExamineOptions,
): AsyncGenerator<Examined, void> {
  const running = checks
    .filter(({ concerns }) => concerns === undefined || concerns(subject))
    .map((check) => examineOne(check, subject, options));
  // one that fails while an earlier one is still waited for is told when its turn comes
  for (const each of running) each.catch(() => undefined);
  for (const each of running) yield await each;
}

async function examineOne(
  { name, examine: look }: Check,
  subject: Subject,
  { withinMs, signal }: ExamineOptions,
): Promise<Examined> {
  const bound = new AbortController();
  const either = AbortSignal.any([signal, bound.signal]);
  const late = wait(withinMs, undefined, { signal: either, ref: true }).then((): Finding => {
    const text = `no answer within ${duration(withinMs)}`;
    bound.abort(new Error(text));
    return failed(text, 'stage_timeout', 'try again, or give it more time with --timeout 60s');
  });
  try {
    const found = await Promise.race([look(subject, either).catch((error) => failure(error)), late]);
    signal.throwIfAborted();
    return { name, findings: [found].flat() };
  } finally {
    bound.abort(new Error('over'));
    late.catch(() => undefined);
  }
}

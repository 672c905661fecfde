import type { MeasuredPace } from '../model/pace.ts';
import type { Ledger } from './ledger/ledger.ts';

const KEY = 'pace';
/** What was measured longer ago than this, in milliseconds, says nothing any more. */
const LASTS_MS = 7 * 86_400_000;

/** Keeps what this run has measured, for the next runs of the pair. */
export function rememberPace(ledger: Ledger, pace: MeasuredPace, now: number): void {
  ledger.remember(KEY, JSON.stringify({ ...pace, at: now }));
}

/** What a run of the last days has measured; undefined where none has, or where the record cannot be understood. */
export function recallPace(ledger: Ledger, now: number): MeasuredPace | undefined {
  const text = ledger.recall(KEY);
  if (text === undefined) return undefined;
  const told = asObject(text);
  const at = positive(told['at']);
  const atOnce = positive(told['atOnce']);
  if (at === undefined || atOnce === undefined || now - at > LASTS_MS || at > now) return undefined;
  return {
    atOnce: Math.round(atOnce),
    perSecond: positive(told['perSecond']),
    listMs: positive(told['listMs']),
    changeMs: positive(told['changeMs']),
  };
}

/** What this run has measured; what it has not, as an earlier run did: a run that only lists learns nothing of changes. */
export const joinPaces = (
  earlier: MeasuredPace | undefined,
  now: MeasuredPace | undefined,
): MeasuredPace | undefined =>
  now === undefined
    ? earlier
    : { ...now, changeMs: now.changeMs ?? earlier?.changeMs, listMs: now.listMs ?? earlier?.listMs };

function asObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;

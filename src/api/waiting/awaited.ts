import type { Operation } from '../operation.ts';
import { hasEnded, type Look, progressOf, stateOf } from '../repeats/look-up.ts';

/** What one look says of what is waited for. */
export type Judgement =
  | { readonly is: 'reached'; readonly state: string }
  /** `progress`: in percent, where the service tells. */
  | { readonly is: 'not_yet'; readonly state: string; readonly progress?: number | undefined }
  /** It will never be reached; `why` ends a sentence that names the thing. */
  | { readonly is: 'failed'; readonly state: string; readonly why: string };

/** Something to wait for, as data: what is read again and again, and what each look says. */
export interface Awaited<O extends Operation = Operation> {
  /** 'workspace etl', as sentences name it. */
  readonly what: string;
  /** What is waited for: 'ACTIVE', 'the new size'. */
  readonly target: string;
  readonly look: Look<O>;
  /** Pure. `shown` is undefined where nothing is there. */
  readonly judge: (shown: unknown) => Judgement;
}

export interface StateOptions<O extends Operation = Operation> {
  readonly what: string;
  readonly look: Look<O>;
  /** A word of the service, in either case. */
  readonly state: string;
  /** What has to be true besides. Default: nothing. */
  readonly also?: ((shown: Readonly<Record<string, unknown>>) => boolean) | undefined;
  /** Default: the state. */
  readonly target?: string | undefined;
}

/** Waits for a state, whatever states lie between: the words are the service's own, and new ones come up. */
export function inState<O extends Operation>({
  what,
  look,
  state,
  also,
  target,
}: StateOptions<O>): Awaited<O> {
  const wanted = state.toUpperCase();
  return {
    what,
    target: target ?? wanted,
    look,
    judge: (shown) => judgeState(shown, wanted, also),
  };
}

function judgeState(shown: unknown, wanted: string, also: StateOptions['also']): Judgement {
  const isEnd = ENDS.has(wanted);
  if (shown === undefined)
    return isEnd
      ? { is: 'reached', state: wanted }
      : { is: 'failed', state: 'missing', why: 'is not there any more' };
  const row = shown as Readonly<Record<string, unknown>>;
  const state = stateOf(row);
  // things of the free tier have no state: they are there, or they are not. An empty word is none of those that are waited for
  if ((row['state'] ?? row['status'] ?? null) === null && wanted === 'ACTIVE')
    return { is: 'reached', state: wanted };
  if (isEnd && hasEnded(row)) return { is: 'reached', state };
  if (state === wanted && (also?.(row) ?? true)) return { is: 'reached', state };
  if (hasEnded(row)) return { is: 'failed', state, why: `is ${state}, which is final` };
  if (state === 'FAILED') return { is: 'failed', state, why: 'is FAILED' };
  return { is: 'not_yet', state, progress: progressOf(row) };
}

const ENDS: ReadonlySet<string> = new Set(['TERMINATED', 'DELETED']);

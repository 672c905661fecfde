import { printable } from '../../model/printable.ts';
import type { AnyInput } from '../operation.ts';
import { type Decision, hasEnded, type Look, type LookUp, type Seen, stateOf } from './look-up.ts';

type Row = Readonly<Record<string, unknown>>;

export interface Creation {
  /** 'workspace', for sentences. */
  readonly kind: string;
  /** The list that it is in afterwards. */
  readonly look: (input: AnyInput) => Look;
  /** The key of its ID, in the list and in the reply. */
  readonly idKey: string;
  /** The rows of the list's reply, where the reply is more than the list. */
  readonly rows?: (shown: unknown) => readonly unknown[];
  /** Keys whose values have to be those that were asked for. Default: the name. */
  readonly same?: readonly string[];
  /** Whether two may have the same: then one that is there already is no obstacle. Default: false. */
  readonly repeatable?: boolean;
}

/**
 * Creating is not idempotent. What has the name before the first attempt is not ours; what has it after a lost reply, and
 * was not there before, is.
 */
export const creation = (made: Creation): LookUp => ({
  before: true,
  showsLate: true,
  look: (input) => made.look(input),
  decide: (seen) => decide(made, seen),
});

function decide(made: Creation, { input, shown, before, inDoubt }: Seen): Decision {
  const alike = alikeIn(made, input, shown);
  if (!inDoubt && made.repeatable !== true) {
    const [taken] = alike;
    return taken === undefined ? { is: 'send', input } : { is: 'refused', why: takenBy(made, taken) };
  }
  if (!inDoubt) return { is: 'send', input };
  const earlier = new Set(alikeIn(made, input, before).map((row) => row[made.idKey]));
  const fresh = alike.find((row) => !earlier.has(row[made.idKey]));
  return fresh === undefined ? { is: 'send', input } : { is: 'done', reply: fresh };
}

function alikeIn({ rows, same = ['name'] }: Creation, input: AnyInput, shown: unknown): readonly Row[] {
  const body = (input['body'] ?? {}) as Row;
  const all = (rows?.(shown) ?? shown ?? []) as readonly Row[];
  // what was left out may have got a value of the service's own
  return all.filter(
    (row) => !hasEnded(row) && same.every((key) => body[key] === undefined || row[key] === body[key]),
  );
}

function takenBy({ kind, idKey }: Creation, row: Row): string {
  const state = stateOf(row);
  const shown = [String(row[idKey]), ...(state === '' ? [] : [state])].map(printable).join(', ');
  return `There is a ${kind} of this name already (${shown}).`;
}

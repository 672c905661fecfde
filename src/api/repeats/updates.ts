import type { AnyInput } from '../operation.ts';
import { type Look, type LookUp, progressOf } from './look-up.ts';

type Row = Readonly<Record<string, unknown>>;

export interface Update {
  readonly look: (input: AnyInput) => Look;
  readonly idKey: string;
  /** The name of the ID in the path. Default: `idKey`. */
  readonly parameter?: string;
  /** How a key is compared that does not read as it was written. Default: `isSame`. */
  readonly compare?: Readonly<Record<string, Compare>>;
}

/** Whether what is shown is what was asked for. */
export type Compare = (asked: unknown, shown: Row) => boolean;

/**
 * An update is sent again with what still differs alone: a second one may start another transition. A password cannot be
 * read, and is never sent again: the service may have put one of its own in its place.
 */
export const update = ({ look, idKey, parameter = idKey, compare = {} }: Update): LookUp => ({
  before: false,
  showsLate: false,
  look: (input) => look(input),
  decide: ({ input, shown }) => {
    if (shown === undefined) return { is: 'send', input };
    const asked = Object.entries((input['body'] ?? {}) as Row).filter(([, value]) => value !== undefined);
    const row = shown as Row;
    const missing = asked.filter(
      ([key, value]) => key !== SECRET && !(compare[key]?.(value, row) ?? isSame(value, row[key])),
    );
    const lost = asked.some(([key]) => key === SECRET) ? { lost: 'the password' } : {};
    if (missing.length === 0 && lost.lost === undefined)
      return { is: 'done', reply: { [idKey]: input[parameter] } };
    return { is: 'send', input: { ...input, body: Object.fromEntries(missing) }, ...lost };
  },
});

const SECRET = 'adminPassword';

/** Equal as JSON: lists in any order, of objects the keys that were asked for. What was asked to be empty may be absent. */
export function isSame(asked: unknown, shown: unknown): boolean {
  if (Array.isArray(asked)) return isSameSet(asked, Array.isArray(shown) ? shown : []);
  if (typeof asked === 'object' && asked !== null)
    return Object.entries(asked).every(
      ([key, value]) => value === undefined || isSame(value, (shown as Row | undefined | null)?.[key]),
    );
  if (asked === '' || asked === false) return (shown ?? asked) === asked;
  return asked === shown || (typeof asked === 'number' && String(asked) === shown);
}

function isSameSet(asked: readonly unknown[], shown: readonly unknown[]): boolean {
  const text = (list: readonly unknown[]): ReadonlySet<string> =>
    new Set(list.map((each) => JSON.stringify(each)));
  const [a, b] = [text(asked), text(shown)];
  return a.size === b.size && [...a].every((each) => b.has(each));
}

/** Everybody may connect: written as a range, read as a flag. */
const ANYWHERE = '0.0.0.0/0';

export const firewall: Compare = (asked, { firewallRanges, allowAllTraffic }) =>
  (asked as readonly string[]).includes(ANYWHERE)
    ? allowAllTraffic === true || isSame(asked, firewallRanges)
    : allowAllTraffic !== true && isSame(asked, firewallRanges);

/** Written as seconds, read under the name of its type; disabled reads as nothing. */
export const autoSuspend: Compare = (asked, { autoSuspend }) => {
  const { suspendType, suspendAfterSeconds } = asked as { suspendType: string; suspendAfterSeconds?: number };
  const shown = (autoSuspend ?? {}) as Row;
  const type = shown['suspendType'] ?? 'DISABLED';
  if (suspendType !== type) return false;
  if (suspendType === 'DISABLED' || suspendAfterSeconds === undefined) return true;
  const seconds =
    shown[suspendType === 'IDLE' ? 'idleAfterSeconds' : 'scheduledAfterSeconds'] ??
    shown['suspendAfterSeconds'];
  // of a schedule, some versions show the time alone
  return (seconds ?? null) === null ? suspendType === 'SCHEDULED' : isSame(suspendAfterSeconds, seconds);
};

/** The new size shows late: until then, progress tells that it is on its way. */
export const size: Compare = (asked, shown) => shown['size'] === asked || progressOf(shown) !== undefined;

/** Read as an object or a text, under either of two names; see the clusters. */
export const sizeConfig: Compare = (asked, shown) => {
  const { size, scaleFactor } = asked as { readonly size?: string; readonly scaleFactor?: number };
  const is = shown['sizeConfig'] ?? shown['size'];
  const now = typeof is === 'string' ? { size: is } : ((is ?? {}) as Row);
  if (progressOf(shown) !== undefined) return true;
  return (
    (size ?? now['size']) === now['size'] && isSame(scaleFactor ?? now['scaleFactor'], now['scaleFactor'])
  );
};

/** A time is the same instant; a duration cannot be compared, and is sent again. */
export const instant: Compare = (asked, { expiresAt }) =>
  typeof asked === 'string' && typeof expiresAt === 'string' && Date.parse(asked) === Date.parse(expiresAt);

/** Written and read under two names. */
export const readAs =
  (key: string): Compare =>
  (asked, shown) =>
    isSame(asked, shown[key]);

import { type ErrorCode, type Fact, SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { isID } from './id.ts';

/** Something that can be named. */
export interface Named {
  readonly id: string;
  readonly name: string;
  /** Further names that it goes by. */
  readonly aliases?: readonly string[] | undefined;
  /** What it is in, where its name is unique only there. */
  readonly group?: { readonly id: string; readonly name: string } | undefined;
  readonly state?: string | undefined;
}

export interface ChooseWords {
  /** 'workspace', 'workspaces'. */
  readonly kind: string;
  readonly plural: string;
  /** What a thing of this kind is in. Default: 'group'. */
  readonly within?: string | undefined;
  /** Of the error. Default: 'usage'. */
  readonly code?: ErrorCode | undefined;
  /** Of the error. Default: 'missing' where there is none. */
  readonly fact?: Fact | undefined;
}

/**
 * The one thing that `wanted` names: by its ID, its name, or GROUP/NAME, where the group is given by name or ID. Rejects
 * where there is none, with the names that are nearest, and where there are several, with the ID, group and state of each.
 */
export function choose<T extends Named>(all: readonly T[], wanted: string, words: ChooseWords): T {
  const found = isID(wanted)
    ? all.filter(({ id }) => id.toLowerCase() === wanted.toLowerCase())
    : all.filter((each) => namesOf(each).includes(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw only === undefined ? noneOf(all, wanted, words) : severalOf(found, wanted, words);
}

/** The name, GROUP/NAME where there is a group, and all others. */
const namesOf = ({ name, group, aliases = [] }: Named): readonly string[] =>
  group === undefined
    ? [name, ...aliases]
    : [name, `${group.name}/${name}`, `${group.id}/${name}`, ...aliases];

const refusal = (message: string, wanted: string, { code = 'usage', fact }: ChooseWords): SyncError =>
  new SyncError(code, message, { verdict: 'end_run', fact, operation: 'look_up', path: wanted });

function noneOf(all: readonly Named[], wanted: string, words: ChooseWords): SyncError {
  const { kind, plural, fact = 'missing' } = words;
  const what = isID(wanted) ? `with the ID ${wanted}` : `named ${printable(wanted)}`;
  return refusal(`There is no ${kind} ${what}. ${hint(all, wanted, { kind, plural })}`, wanted, {
    ...words,
    fact,
  });
}

/** So many names are all told; of more, those that are nearest. */
const MOST_TOLD = 20;
const NEAREST = 5;

function hint(all: readonly Named[], wanted: string, { kind, plural }: ChooseWords): string {
  if (all.length === 0) return `This API key sees no ${kind} at all.`;
  const names = all.map(({ name, group }) => (group === undefined ? name : `${group.name}/${name}`));
  if (names.length <= MOST_TOLD) return `There are: ${names.map(printable).join(', ')}.`;
  const short = wanted.slice(wanted.lastIndexOf('/') + 1);
  const nearest = all
    .map(({ name }, at) => ({
      name: names[at] ?? name,
      away: distance(short.toLowerCase(), name.toLowerCase()),
    }))
    .toSorted((a, b) => a.away - b.away)
    .slice(0, NEAREST);
  return `Of ${names.length} ${plural}, the nearest are: ${nearest.map(({ name }) => printable(name)).join(', ')}.`;
}

function severalOf(found: readonly Named[], wanted: string, words: ChooseWords): SyncError {
  const { within = 'group' } = words;
  const isWithin = found.every(({ group }) => group !== undefined);
  const use = isWithin ? `Use ${within.toUpperCase()}/NAME or an ID` : 'Use an ID';
  const told = found.map(({ id, group, state }) => {
    const details = [group === undefined ? '' : `${within} ${group.name}`, state ?? ''].filter(
      (text) => text !== '',
    );
    return printable(details.length === 0 ? id : `${id} (${details.join(', ')})`);
  });
  const message = `${found.length} ${words.plural} are named ${printable(wanted)}. ${use}: ${told.join(', ')}.`;
  return refusal(message, wanted, words);
}

/** How many UTF-16 units have to be put in, taken out or changed to make one text of the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

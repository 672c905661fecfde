import type * as z from 'zod';
import { SECRETS_WAY_OUT } from '../document/interpolate.ts';
import { positionOf, valueAt, type Located, type LocatedMap } from '../document/located.ts';
import { didYouMean } from '../../model/names/nearest-word.ts';
import type { FileProblem } from '../file-problem.ts';
import { knownNames } from './file-shape.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** What is wrong with the shape of a file, each problem with its place. */
export function shapeProblems(error: z.ZodError, top: Located): FileProblem[] {
  const problems = error.issues.flatMap((issue) => problemsOf(issue, issue.path, top));
  // one value can break several rules of its shape: the first says enough
  const first = new Map<string, FileProblem>();
  for (const each of problems) {
    const key = `${each.line}:${each.column}`;
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()];
}

function problemsOf(issue: Issue, path: Path, top: Located): FileProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      problemAt(top, [...path, key], path, unknownName(key, knownNames(path) ?? [])),
    );
  if (issue.code === 'invalid_union') {
    const nearest = nearestBranch(issue.errors);
    if (nearest !== undefined)
      return nearest.flatMap((each) => problemsOf(each, [...path, ...each.path], top));
  }
  const value = valueAt(top, path);
  if (value === undefined && path.length > 0)
    return [problemAt(top, path, path.slice(0, -1), `needs "${String(path.at(-1))}"`)];
  return [problemAt(top, path, path, issueText(issue, value))];
}

/** `named` is the path that the message begins with. */
function problemAt(top: Located, path: Path, named: Path, message: string): FileProblem {
  const begin = named.length === 0 ? '' : `${named.map(String).join('.')}: `;
  return { ...positionOf(top, path), message: `${begin}${message}` };
}

function unknownName(name: string, known: readonly string[]): string {
  if (IS_SECRET.test(name)) return `"${name}" ${NO_SECRETS}`;
  const nearest = didYouMean(name, known);
  const names = nearest === '' && known.length > 0 && known.length <= MOST_NAMES;
  return `there is no "${name}" here${nearest}${names ? `; there are ${known.join(', ')}` : ''}`;
}

/** Names that may be listed in a message. */
const MOST_NAMES = 12;

/** What people call the secrets that do not belong into a file. */
const IS_SECRET =
  /^(?:\w+[-_])?(?:token|password|passwd|passphrase|secret|api[-_]?key|access[-_]?key(?:[-_]?id)?|private[-_]?key|credentials?|key)$/i;

/** Why a secret is refused, and the way out; goes on a sentence. */
export const NO_SECRETS = `is a secret, and none may stand in this file: take it out, and renew it should others have seen it; ${SECRETS_WAY_OUT}`;

/** Of several shapes that a value may have, the one that it nearly has: what is wrong lies within it. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const inner = branches.filter((issues) => issues.every(({ path }) => path.length > 0));
  const told = branches.filter((issues) => issues.some(hasWords));
  return [...inner, ...told].toSorted((a, b) => a.length - b.length)[0];
}

/** Whether the shape says in words of its own what it wants. */
const hasWords = (issue: Issue): boolean => issue.code === 'invalid_format' || issue.code === 'custom';

function issueText(issue: Issue, value: Located | undefined): string {
  if (value?.kind === 'scalar' && value.value === null)
    return 'is empty: give a value, or leave the line out';
  switch (issue.code) {
    case 'custom':
    case 'invalid_format':
      return lowerFirst(issue.message);
    case 'invalid_type':
      // a shape that says in words of its own what it wants
      return issue.message.startsWith('Give ') ? lowerFirst(issue.message) : `has to be ${wanted(issue)}`;
    case 'invalid_key':
      return lowerFirst(issue.issues[0]?.message ?? issue.message);
    case 'invalid_value':
      return `has to be ${wanted(issue)}${typoOf(issue.values.map(String), value)}`;
    default:
      return `has to be ${wanted(issue)}`;
  }
}

const typoOf = (known: readonly string[], value: Located | undefined): string =>
  value?.kind === 'scalar' ? didYouMean(String(value.value), known) : '';

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What a value has to be, as the end of 'has to be'. */
function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return orList(issue.values.map(String));
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'more than nothing'
        : `${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `shorter: at most ${issue.maximum} characters`
        : `at most ${issue.maximum}`;
    case 'invalid_union': {
      const maps = issue.errors.every((issues) => issues.some(({ code }) => code === 'unrecognized_keys'));
      return maps
        ? formsOf(issue.errors)
        : orList([...new Set(issue.errors.flatMap((issues) => issues.slice(0, 1).map(wanted)))]);
    }
    default:
      return lowerFirst(issue.message);
  }
}

/** Of maps that differ by their keys, the keys that each of them needs. */
function formsOf(errors: readonly (readonly Issue[])[]): string {
  const needed = errors.map((issues) =>
    issues
      .filter(({ code, path }) => code === 'invalid_type' && path.length === 1)
      .map(({ path }) => String(path[0]))
      .join(' and '),
  );
  return needed.includes('')
    ? 'one of the forms that the reference shows'
    : `a map with ${orList([...new Set(needed)])}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map: names with values, indented below it',
  record: 'a map: names with values, indented below it',
};

const orList = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Values that are secrets by their look: a JSON web token, an AWS key, a private key, a Stage token pasted in place of its file. */
const LOOKS_SECRET =
  /eyJ[\w-]{8,500}\.eyJ[\w-]{8,500}|(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])|-----BEGIN [A-Z ]*PRIVATE KEY|(?<![\da-f])[\da-f]{64}(?![\da-f])/;

const USER_IN_URL = /:\/\/[^/?#\s]*@/;

/** Secrets that stand in the file under any name. The message does not show them. */
export function secretProblems(top: Located, path: Path = []): FileProblem[] {
  if (top.kind === 'list') return top.items.flatMap((item, at) => secretProblems(item, [...path, at]));
  if (top.kind === 'map') return secretsInMap(top, path);
  const { value, at } = top;
  if (typeof value !== 'string') return [];
  const begin = path.length === 0 ? 'it' : path.map(String).join('.');
  if (LOOKS_SECRET.test(value)) return [{ ...at, message: `${begin}: what stands here ${NO_SECRETS}` }];
  if (USER_IN_URL.test(value) && !value.startsWith('stage://') && !value.startsWith('s3://'))
    return [{ ...at, message: `${begin}: has a user or a password before its "@": leave them out` }];
  return [];
}

const secretsInMap = ({ entries }: LocatedMap, path: Path): FileProblem[] =>
  [...entries].flatMap(([name, { value }]) => secretProblems(value, [...path, name]));

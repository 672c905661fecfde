import type { FilterRule } from '../../../src/filter/filter.ts';

/** Rules of a filter, and what they leave out as a person reads them, not as the code under test does. */
export interface LeftOut {
  readonly rules: readonly FilterRule[];
  /** `path` may end in '/'. */
  has(path: string): boolean;
}

const excluding = (patterns: readonly string[], leavesOut: (path: string) => boolean): LeftOut => ({
  rules: patterns.map((pattern) => ({ kind: 'exclude' as const, pattern })),
  has: (path) => prefixesOf(path).some(leavesOut),
});

export const LEFT_OUT: readonly LeftOut[] = [
  excluding([], () => false),
  excluding([], () => false),
  excluding(['*.log'], (path) => /\.log\/?$/.test(path)),
  excluding(['b/'], (path) => /(^|\/)b\/$/.test(path)),
  excluding(['/a/b'], (path) => /^a\/b\/?$/.test(path)),
  excluding(['*.log', '/c/'], (path) => /\.log\/?$/.test(path) || path === 'c/'),
];

/** The folders above a path, each with its slash, and the path itself. */
const prefixesOf = (path: string): string[] => {
  const prefixes: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
    prefixes.push(path.slice(0, at + 1));
  if (!path.endsWith('/')) prefixes.push(path);
  return prefixes;
};

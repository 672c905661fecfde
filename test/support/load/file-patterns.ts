/**
 * What patterns of pipelines mean, for the embedded database and for whoever foretells what a pipeline reads: a pattern, paths that
 * it takes in, and paths that it does not.
 */
export const FILE_PATTERNS: readonly (readonly [
  pattern: string,
  fitting: readonly string[],
  others: readonly string[],
])[] = [
  ['a/b.csv', ['a/b.csv', 'a/b.csv/c'], ['a/b', 'b.csv']],
  ['a', ['a/b', 'a/b/c'], ['b']],
  ['a/', ['a/b'], ['a']],
  ['', ['a', 'b/c'], []],
  ['/a/*.csv', ['a/b.csv'], ['b.csv']],
  ['a/*.csv', ['a/b.csv', 'a/.csv'], ['a/b/c.csv', 'a/b.csv.gz', 'a/bxcsv', 'A/b.csv', 'b/b.csv']],
  ['a/*.csv*', ['a/b.csv', 'a/b.csv.gz'], ['a/b.csv/c']],
  ['a/**', ['a/b', 'a/b/c'], ['b']],
  ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c'], ['a/bc']],
  ['**/*.csv', ['a.csv', 'b/a.csv'], ['a.json']],
  ['a/**.csv', ['a/b.csv', 'a/b/c.csv'], ['a/b.json']],
  ['*/x?.csv', ['a/x1.csv'], ['x1.csv', 'a/x.csv']],
  ['a+(1)/*', ['a+(1)/b'], ['aa1/b']],
  ['a.b/*', ['a.b/c'], ['axb/c']],
  // every character of ASCII that is plain in a pattern
  [`-_.!~'(),;:@&=+$%#^|/*"<> `, [`-_.!~'(),;:@&=+$%#^|/x"<> `], []],
  ['größe/*.csv', ['größe/ä.csv'], ['grösse/ä.csv']],
];

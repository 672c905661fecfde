import { describe, expect, test } from 'vitest';
import { isSyncError } from '../../src/model/errors.ts';
import type { PathFilter } from '../../src/model/ports.ts';
import { RuleFilter, createFilter, everything, hiding, parseFilterLines } from '../../src/filter/filter.ts';
import { checkedIgnoreLines } from '../../src/filter/filter-lines.ts';
import type { FilterRule, FilterRules } from '../../src/filter/filter.ts';
import { ruleProblem } from '../../src/filter/pattern-problem.ts';

const include = (pattern: string): FilterRule => ({ kind: 'include', pattern });
const exclude = (pattern: string): FilterRule => ({ kind: 'exclude', pattern });
const rules = (...list: FilterRule[]): PathFilter => createFilter({ rules: list });
const ignoring = (...ignoreFile: string[]): PathFilter => createFilter({ ignoreFile, rules: [] });

const PATHS = ['a.csv', 'a.txt', 'd/b.csv', 'd/b.txt', 'd/e/c.csv', 'd/e/c.tmp', 'logs/x.csv', 'logs/x.log'];
const passing = (filter: PathFilter): string => PATHS.filter((path) => !filter.excludes(path)).join(' ');

const CSV = 'a.csv d/b.csv d/e/c.csv logs/x.csv';

describe('the rules of the command line', () => {
  test.each<[string, FilterRule[], string]>([
    ['let everything through when there are none', [], PATHS.join(' ')],
    [
      'leave out what matches an exclude, at any depth',
      [exclude('*.csv')],
      'a.txt d/b.txt d/e/c.tmp logs/x.log',
    ],
    ['let only the included through when the first is an include', [include('*.csv')], CSV],
    ['let the last match decide', [exclude('*'), include('*.csv')], CSV],
    ['let a later exclude take back an include', [include('*.csv'), exclude('d/')], 'a.csv logs/x.csv'],
    [
      'let a later include reach into an excluded folder',
      [exclude('d/'), include('d/e/')],
      'a.csv a.txt d/e/c.csv d/e/c.tmp logs/x.csv logs/x.log',
    ],
    ['anchor a pattern with a slash at the root', [include('/*.csv')], 'a.csv'],
    ['take everything below an included folder', [include('d/e/')], 'd/e/c.csv d/e/c.tmp'],
    [
      'let what no rule matches through after a leading exclude',
      [exclude('*.txt'), include('d/b.txt')],
      'a.csv d/b.csv d/b.txt d/e/c.csv d/e/c.tmp logs/x.csv logs/x.log',
    ],
  ])('%s', (_, list, expected) => {
    expect(passing(rules(...list))).toBe(expected);
  });

  test('tell names apart that differ only in case', () => {
    const filter = rules(exclude('*.CSV'));
    expect(filter.excludes('a.CSV')).toBe(true);
    expect(filter.excludes('a.csv')).toBe(false);
  });

  test('take "#" as a character', () => {
    expect(rules(exclude('#*#')).excludes('d/#draft#')).toBe(true);
  });

  test('leave out a folder entry that no include names, but not the walk below it', () => {
    const filter = rules(include('*.csv'));
    expect(filter.excludes('d/')).toBe(true);
    expect(filter.prunes('d/')).toBe(false);
    expect(rules(exclude('*.tmp')).excludes('d/')).toBe(false);
  });

  test.each<[boolean, string, FilterRule[]]>([
    [true, 'd/', [exclude('d/')]],
    [true, 'd/e/', [exclude('d/')]],
    [false, 'd/', [exclude('*.csv')]],
    [false, 'd/', [exclude('d/'), include('*.csv')]],
    [true, 'd/', [include('*.csv'), exclude('d/')]],
    [true, 'd/', [exclude('d/'), include('/logs/*.csv')]],
    [false, 'logs/', [exclude('*'), include('/logs/2026/*.csv')]],
    [false, 'logs/2026/', [exclude('*'), include('/logs/2026/*.csv')]],
    [true, 'logs/2025/', [exclude('*'), include('/logs/2026/*.csv')]],
    [false, 'logs/2025/', [exclude('*'), include('/logs/*/x.csv')]],
    [true, 'd/', [include('/logs/')]],
    [false, 'd/', [include('**/logs/')]],
  ])('prune: %s for %s under %j', (expected, folder, list) => {
    expect(rules(...list).prunes(folder)).toBe(expected);
  });

  test.each([
    [exclude('!x'), '"!"'],
    [include(''), 'empty'],
    [include('  '), 'empty'],
    [exclude('a\\'), 'backslash'],
    [exclude('[ab'), 'never closed'],
    [exclude('a[!]'), 'never closed'],
    [exclude('[a\\]'), 'never closed'],
    [include('x/[z-a].csv'), 'the range "z-a"'],
    [exclude('[!b-dz-y]'), 'the range "z-y"'],
    [exclude('[\\z-a]'), 'the range'],
    [exclude('[😀-a]'), 'the range "😀-a"'],
    // what no path of a source has
    [exclude('//x'), 'an empty segment'],
    [exclude('a//b'), 'an empty segment'],
    [exclude('a/**//'), 'an empty segment'],
    [include('s3://bucket/x'), 'an empty segment'],
    [exclude('a/../x'), 'the segment ".."'],
    [exclude('../x'), 'the segment ".."'],
    [exclude('..'), 'the segment ".."'],
    [exclude('./../x'), 'the segment ".."'],
    [exclude('a/./x'), 'the segment "."'],
    [exclude('a/.'), 'the segment "."'],
    [exclude('**/./x'), 'the segment "."'],
    [exclude('.'), 'write "*"'],
    [exclude('./'), 'write "*"'],
    [exclude('/'), 'write "*"'],
    // what other tools would take otherwise
    [exclude('~/secrets'), 'write "/~/secrets"'],
    [exclude('secrets '), 'ends with a space'],
    [exclude('secrets\t'), 'ends with a tab'],
    [exclude('dir\\file'), 'a backslash before "f"'],
    [exclude('dir\\2026\\*.csv'), 'a backslash before "2"'],
    [exclude('a\\/b'), 'a backslash before "/"'],
    [exclude('*.{csv,json}'), 'the braces "{csv,json}"'],
    [exclude('dir[/\\\\]file'), 'a "/" in a set'],
    [exclude('[[:foo:]]'), 'the class "[:foo:]"'],
  ])('refuse %j with the reason', (rule, reason) => {
    expect(() => rules(rule)).toThrow(reason);
  });

  test.each<[string, string[], string[]]>([
    ['./secrets', ['secrets', 'secrets/x'], ['d/secrets']],
    ['././d/*.csv', ['d/a.csv'], ['a.csv', 'e/d/a.csv']],
    ['./*.csv', ['a.csv'], ['d/a.csv']],
    ['./**/x', ['x', 'd/x'], ['y']],
    ['./d/', ['d/', 'd/x'], ['d', 'e/d/x']],
  ])('take a leading "./" as the top of the source: %s', (pattern, matched, others) => {
    const filter = rules(exclude(pattern));
    expect(matched.filter((path) => !filter.excludes(path))).toEqual([]);
    expect(others.filter((path) => filter.excludes(path))).toEqual([]);
    const lines = createFilter({ rules: parseFilterLines(pattern, 'f') });
    expect(matched.concat(others).map((path) => lines.excludes(path))).toEqual(
      matched.concat(others).map((path) => filter.excludes(path)),
    );
    const ignored = ignoring(pattern);
    expect(matched.concat(others).map((path) => ignored.excludes(path))).toEqual(
      matched.concat(others).map((path) => filter.excludes(path)),
    );
  });

  test('take a leading "./" after "!" in a file, too', () => {
    const filter = createFilter({ rules: parseFilterLines('*.csv\n!./a.csv\n', 'f') });
    expect(passing(filter)).toBe('a.csv a.txt d/b.txt d/e/c.tmp logs/x.log');
    expect(passing(ignoring('*.csv', '!./a.csv'))).toBe('a.csv a.txt d/b.txt d/e/c.tmp logs/x.log');
  });

  test.each<[string, string]>([
    ['secrets\\ ', 'secrets '],
    [' leading', ' leading'],
    ['~', '~'],
    ['/~/x', '~/x'],
    ['*~', 'a~'],
    ['.*', '.hidden'],
    ['...', '...'],
    ['..data', '..data'],
    ['a/..b/.c', 'a/..b/.c'],
    ['[.]/x', './x'],
    ['{uuid}.csv', '{uuid}.csv'],
    ['\\{a,b}', '{a,b}'],
    ['*\\.csv', 'a.csv'],
    ['a\\[1]', 'a[1]'],
    ['a\\\\b', 'a\\b'],
    ['C:/x', 'C:/x'],
    ['a # b', 'a # b'],
    ['[[:alpha:][:digit:]]', '7'],
    ['**/', 'd/'],
    ['a/**', 'a/b'],
  ])('let a pattern be that names something: %j', (pattern, path) => {
    expect(rules(exclude(pattern)).excludes(path)).toBe(true);
  });
});

test.each([
  '[a-z]',
  '[]a]',
  '[!]-z]',
  '[a-]',
  '[-a]',
  '[a\\-!]',
  '\\[z-a]',
  '[[:alpha:]z]',
  '[!-\\]]x',
  '[--0]',
])('a set of characters as gitignore has them is taken: %s', (pattern) => {
  expect(() => rules(exclude(pattern))).not.toThrow();
});

describe('the ignore file', () => {
  test.each([
    ['[ab', 'never closed'],
    ['![z-a]', 'the range "z-a"'],
    ['a\\', 'backslash'],
    ['a//b', 'an empty segment'],
    ['!../x', 'the segment ".."'],
    ['*.{csv,json}', 'the braces'],
  ])('has its line %j, which would be passed over, refused by its number', (line, reason) => {
    const check = (): unknown => checkedIgnoreLines(['# comment [', '', line], 'data/ignore');
    expect(check).toThrow(`data/ignore, line 3: ${JSON.stringify(line)}`);
    expect(check).toThrow(reason);
  });

  test('has its lines checked whoever gives them', () => {
    expect(() => ignoring('ok', '../x')).toThrow('.stagesyncignore, line 2: "../x" has the segment ".."');
  });

  test('follows gitignore: an ignored folder cannot be reached into', () => {
    const filter = ignoring('d/', '!d/b.csv', '# a comment', '', '*.log');
    expect(passing(filter)).toBe('a.csv a.txt logs/x.csv');
    expect(filter.prunes('d/')).toBe(true);
    expect(filter.prunes('logs/')).toBe(false);
  });

  test('lets a file in again when only the content of its folder is ignored', () => {
    const filter = ignoring('d/*', '!d/b.csv');
    expect(filter.prunes('d/')).toBe(false);
    expect(filter.excludes('d/b.csv')).toBe(false);
    expect(filter.excludes('d/b.txt')).toBe(true);
  });

  test('is not overruled by an include of the command line, nor the other way round', () => {
    const filter = createFilter({ ignoreFile: ['logs/'], rules: [include('*.csv')] });
    expect(passing(filter)).toBe('a.csv d/b.csv d/e/c.csv');
  });
});

describe.each([
  ['without rules', everything],
  ['with an include of everything', rules(include('*'))],
  ['with an ignore file', ignoring('nothing')],
])('the reserved names, %s', (_, filter) => {
  test.each([
    '.stagesyncignore',
    '.stagesync-1.tmp',
    '.stagesync-x/',
    '.stagesync-x/y',
    'd/.stagesync-1.tmp',
    'd/.stagesync-x/y',
  ])('never take part: %s', (path) => expect(filter.excludes(path)).toBe(true));

  test.each([
    '.stagesync',
    '.stagesync/',
    '.stagesync/x',
    'd/.stagesync/x',
    'd/.stagesyncignore',
    'a.stagesync-b',
    'x.stagesync/y',
  ])('are no wider than said: %s takes part', (path) => expect(filter.excludes(path)).toBe(false));

  test('prune the folders of that name', () => {
    expect(filter.prunes('.stagesync-x/')).toBe(true);
    expect(filter.prunes('d/.stagesync-x/')).toBe(true);
    expect(filter.prunes('.stagesync/')).toBe(false);
    expect(filter.prunes('d/')).toBe(false);
  });
});

describe('what the rules say of a reserved name', () => {
  test.each<[string, PathFilter, string[]]>([
    ['nothing without rules', everything, []],
    [
      'that it is left out',
      rules(exclude('.stagesync-*')),
      ['.stagesync-1', 'd/.stagesync-2', '.stagesync-3/'],
    ],
    ['so of a folder alone', rules(exclude('.stagesync-*/')), ['.stagesync-3/']],
    ['that it is not among what is included', rules(include('*.csv')), ['.stagesync-1', 'd/.stagesync-2']],
    ['so in the ignore file', ignoring('d/'), ['d/.stagesync-2']],
    ['so with a hidden path', hiding(ignoring('d/'), 'x'), ['d/.stagesync-2']],
    [
      'so where another filter has one',
      hiding({ excludes: () => true, prunes: () => true, rulesOut: (path) => path === '.stagesync-1' }, 'x'),
      ['.stagesync-1'],
    ],
  ])('%s', (_, filter, expected) => {
    const names = ['.stagesync-1', 'd/.stagesync-2', '.stagesync-3/'];
    expect(names.filter((name) => filter.rulesOut?.(name))).toEqual(expected);
  });
});

test('a filter without rules is the constant one', () => {
  expect(createFilter({ rules: [] })).toBe(everything);
});

describe('a hidden path', () => {
  const rules: FilterRule[] = [{ kind: 'exclude', pattern: '*.tmp' }];

  test.each([
    ['a filter with rules', createFilter({ rules })],
    [
      'a filter that only one thread can have',
      { excludes: (path: string) => path === 'x.tmp', prunes: () => false },
    ],
  ])('comes on top of %s', (_, filter) => {
    const hidden = hiding(filter, 'done/_SUCCESS');
    expect(['done/_SUCCESS', 'done/_SUCCESS2', 'x.tmp', 'x'].map((path) => hidden.excludes(path))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(hidden.prunes('done/')).toBe(false);
    const twice = hiding(hidden, 'more');
    expect(['done/_SUCCESS', 'more', 'x'].map((path) => twice.excludes(path))).toEqual([true, true, false]);
  });
});

test('the rules of a filter make the same filter, also those that come as JSON', () => {
  const filter = hiding(
    createFilter({ rules: [{ kind: 'exclude', pattern: '/out/' }], ignoreFile: ['*.tmp'] }),
    'm',
  );
  for (const made of [filter, everything]) {
    if (!(made instanceof RuleFilter)) throw new Error('it is no filter of rules');
    const rules = JSON.parse(JSON.stringify(made.madeOf)) as FilterRules;
    const again = createFilter(rules);
    for (const path of ['a', 'a.tmp', 'm', 'n/m', 'out/', 'out/a', '.stagesyncignore'])
      expect([path, again.excludes(path), again.prunes(path)]).toEqual([
        path,
        made.excludes(path),
        made.prunes(path),
      ]);
  }
});

test('a rule that is refused has a reason, as the end of a sentence', () => {
  expect(ruleProblem({ kind: 'exclude', pattern: '*.tmp' })).toBe(undefined);
  expect(ruleProblem({ kind: 'exclude', pattern: '!a' })).toMatch(/^begins with "!": use --include instead/);
  expect(ruleProblem({ kind: 'include', pattern: '!a' })).toMatch(/^begins with "!": use --exclude instead/);
  expect(ruleProblem({ kind: 'include', pattern: '' })).toBe('is empty');
});

test('a filter asked about more paths than it remembers still answers the same', () => {
  const filter = createFilter({ ignoreFile: ['*.tmp'], rules: [exclude('/d/')] });
  for (let at = 0; at < 25_000; at++) {
    if (!filter.excludes(`x/${at}.tmp`) || filter.excludes(`x/${at}.csv`) || !filter.excludes(`d/${at}.csv`))
      throw new Error(`wrong at ${at}`);
  }
});

describe('a filter file', () => {
  test('gives excludes, and includes for lines that begin with "!"', () => {
    const text = '\uFEFF# comment\r\n*.tmp  \r\n\n   \n!keep.tmp\n\\#name\n\\!bang\n!!bang\nspace\\ \n';
    expect(parseFilterLines(text, 'rules')).toEqual([
      exclude('*.tmp'),
      include('keep.tmp'),
      exclude('\\#name'),
      exclude('\\!bang'),
      include('\\!bang'),
      exclude('space\\ '),
    ]);
  });

  test('means what its lines mean to git', () => {
    const filter = createFilter({
      rules: parseFilterLines('*.tmp\n!keep.tmp\n\\!bang\nspace\\ \n', 'rules'),
    });
    expect(['x.tmp', 'd/keep.tmp', '!bang', 'space ', 'space'].map((path) => filter.excludes(path))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  test.each([
    ['ok\n!\n', 'line 2'],
    ['# c\n\n[ab\n', 'line 3'],
    ['a\\', 'line 1'],
    ['a\n./b\n!a/../x', 'line 3'],
  ])('names file and line of a bad rule in %j', (text, line) => {
    try {
      parseFilterLines(text, 'my.rules');
    } catch (error) {
      if (!isSyncError(error)) throw error;
      expect(error.code).toBe('usage');
      expect(error.message).toContain(`my.rules, ${line}`);
      return;
    }
    throw new Error('was accepted');
  });
});

test.each([
  [['bin'], 'bin bin/x bin/d/x a/bin a/bin/x'],
  [['bin/'], 'bin/x bin/d/x a/bin/x'],
  [['/bin', './bin'], 'bin bin/x bin/d/x'],
  [['bin/*', 'bin/**'], 'bin/x bin/d/x'],
  [['**/bin/*'], 'bin/x bin/d/x a/bin/x'],
  [['*/bin/*'], 'a/bin/x'],
  [['*bin*'], 'bin bin/x bin/d/x a/bin a/bin/x bin.txt'],
])('as the table of docs/commands.md has it, %j leaves out %s', (patterns, expected) => {
  for (const pattern of patterns) {
    const filter = createFilter({ rules: [{ kind: 'exclude', pattern }] });
    const paths = ['bin', 'bin/x', 'bin/d/x', 'a/bin', 'a/bin/x', 'bin.txt'];
    expect(paths.filter((path) => filter.excludes(path)).join(' ')).toBe(expected);
  }
});

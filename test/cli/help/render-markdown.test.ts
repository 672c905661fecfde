import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '../../../src/cli/help/render-markdown.ts';
import { wrapped } from '../../../src/cli/help/wrap.ts';

const render = (text: string, width = 40): string =>
  renderMarkdown(text, { width, hasColours: false, hasLinks: false });

describe('a page on a terminal', () => {
  test.each([
    ['a heading loses its marks', '## Which `files`', 'Which files'],
    [
      'a paragraph is wrapped',
      'one two three four five six seven eight',
      'one two three four five six seven eight',
    ],
    ['emphasis loses its marks, code keeps its own', 'a **b** _c_ `d_e_f` `a/**` `*`', 'a b c d_e_f a/** *'],
    [
      'a link shows its text, and the page',
      '[filters](../files/a.md#x) [s3.md](s3.md) [here](#a)',
      'filters (files/a.md#x) s3.md here',
    ],
    ['a list keeps its marks', '- one\n- two\n  more', '- one\n- two more'],
    ['a numbered list too', '1. one\n2. two', '1. one\n2. two'],
    ['code stays as it is', '```sh\na  b\n\nc\n```', '  a  b\n\n  c'],
    ['a narrow table has columns', '| a | b |\n| - | - |\n| `x` | yy |', 'a  b\nx  yy'],
    ['a bar in a cell is no end of it', '| a |\n| - |\n| x\\|y |', 'a\nx|y'],
    [
      'a wide table is shown row by row',
      `| a | b | todo |\n| - | - | - |\n| x | ${'word '.repeat(9)}| do it |`,
      'x\n    word word word word word word word\n    word word\n    todo: do it',
    ],
  ])('%s', (_name, text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test('has an empty line between blocks', () => {
    expect(render('# A\n\nb\n\n\nc')).toBe('A\n\nb\n\nc');
  });
});

test('a word that is longer than the line has one of its own', () => {
  expect(wrapped('a bbbbbb c', 4)).toEqual(['a', 'bbbbbb', 'c']);
});

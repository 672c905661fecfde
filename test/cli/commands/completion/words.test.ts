import { expect, test } from 'vitest';
import { forBash, splitLine } from '../../../../src/cli/commands/completion/words.ts';

test.each([
  ['stagesync sync a', ['sync'], 'a', undefined],
  ['stagesync sync ', ['sync'], '', undefined],
  ['stagesync', [], 'stagesync', undefined],
  [String.raw`stagesync ls a\ b`, ['ls'], 'a b', undefined],
  ['stagesync ls "a b', ['ls'], 'a b', '"'],
  [`stagesync ls 'a"b' c`, ['ls', 'a"b'], 'c', undefined],
  [`stagesync ls "" x`, ['ls', ''], 'x', undefined],
  [String.raw`stagesync ls 'a\ b`, ['ls'], String.raw`a\ b`, "'"],
])('%s is split as bash does', (line, words, current, quote) => {
  const split = splitLine(line);
  expect(split.current).toBe(current);
  expect(split.quote).toBe(quote);
  if (line !== 'stagesync') expect(split.words).toEqual(words);
});

test.each([
  ['stagesync ls stage://pr', 'stage://prod/', ' :=', '//prod/'],
  ['stagesync ls stage://pr', 'stage://prod/', ' ', 'stage://prod/'],
  ['stagesync ls "stage://pr', 'stage://prod/', ' :=', 'stage://prod/'],
  ['stagesync a --file=', '--file=x', ' :=', 'x'],
  ['stagesync ls a', 'a b$(c)', ' :=', String.raw`a\ b\$\(c\)`],
])('%s: %s is given to bash as it replaces it', (line, value, breaks, expected) => {
  expect(forBash(value, splitLine(line), breaks)).toBe(expected);
});

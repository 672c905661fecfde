import { expect, test } from 'vitest';
import { isReservedName } from '../../../src/model/path.ts';
import { HiddenNames, isHidden, madeAt } from '../../../src/sync/execute/hidden-names.ts';

const NOW = 1_700_000_000_000;

test('each name is another, reserved, and tells of what it stands for', () => {
  const hidden = new HiddenNames(NOW);
  const names = [
    hidden.next('new', 'd/a.csv'),
    hidden.next('old', 'd/a.csv'),
    hidden.next('moved', 'd/e/'),
    hidden.next('gone', 'd/e/'),
    hidden.folder,
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(names.every(isReservedName)).toBe(true);
  expect(names.every(isHidden)).toBe(true);
  expect(names[0]).toMatch(/-1-new-a\.csv$/);
  expect(names[2]).toMatch(/-3-moved-e\/$/);
});

test('they lie at the top of the Stage, wherever what they stand for lies', () => {
  const hidden = new HiddenNames(NOW);
  for (const path of [hidden.next('new', 'a/b/c'), hidden.next('gone', 'a/b/c/'), hidden.folder])
    expect(path.replace(/\/$/, '')).not.toContain('/');
});

test('are of one run alone: two that begin at the same moment know nothing of each other', () => {
  const [one, other] = [new HiddenNames(NOW), new HiddenNames(NOW)];
  expect(one.folder).not.toBe(other.folder);
  expect(one.isOurs(one.next('new', 'a'))).toBe(true);
  expect(one.isOurs(`${one.folder}1-new-a`)).toBe(true);
  expect(one.isOurs(other.next('new', 'a'))).toBe(false);
  expect(one.isOurs(other.folder)).toBe(false);
});

test.each([NOW, 4_000_000_000_000, 36 ** 8])('tell when their run began: %i', (now) => {
  const hidden = new HiddenNames(now);
  expect(madeAt(hidden.next('new', 'a'))).toBe(now);
  expect(madeAt(hidden.next('gone', 'd/').slice(0, -1))).toBe(now);
  expect(madeAt(hidden.folder.slice(0, -1))).toBe(now);
});

test.each([
  '.stagesync-7-new-a.csv',
  '.stagesync-swap-0-b',
  '.stagesync-0123456789ab',
  'stagesync-loyw3v28-448366768da2-1-new-a',
  '.stagesync-loyw3v28-448366768dax-1-new-a',
  '.stagesync-loyw3v28-448366768da2x',
])('a name that none of this release made tells nothing: %s', (name) => {
  expect(madeAt(name)).toBeUndefined();
});

test('a clock that stands at the beginning of time makes names that can be read', () => {
  expect(madeAt(new HiddenNames(0).next('new', 'a'))).toBeGreaterThan(0);
});

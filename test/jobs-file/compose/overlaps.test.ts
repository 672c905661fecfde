import { expect, test } from 'vitest';
import { findOverlaps } from '../../../src/jobs-file/compose/overlaps.ts';
import type { JobPlaces, Place } from '../../../src/jobs-file/compose/job-places.ts';

const place = (address: string): Place => {
  const [space = '', path = ''] = address.split(':');
  return { space, path };
};

/** Jobs as 'stage:a/ > local:b/'. */
const jobs = (...texts: readonly string[]): JobPlaces[] =>
  texts.map((text, at) => {
    const [from = '', to = ''] = text.split(' > ');
    return { name: `j${at}`, from: place(from), to: place(to) };
  });

const rings = (...texts: readonly string[]): (readonly number[])[] =>
  findOverlaps(jobs(...texts)).flatMap((each) => (each.kind === 'loop' ? [each.ring] : []));

test('jobs that feed each other are told as the ring that they are', () => {
  expect(rings('s:a/ > l:b/', 'l:b/ > s:a/')).toEqual([[0, 1]]);
  expect(rings('s:a/ > l:b/', 'l: > s:a/x/')).toEqual([[0, 1]]);
  expect(rings('s:a/x/ > l:b/', 'l:b/y/ > s:a/')).toEqual([[0, 1]]);
  expect(rings('l:c/ > s:c/', 's:a/ > l:b/', 's:b/ > l:a/', 'l:b/ > s:b/', 'l:a/ > s:a/')).toEqual([
    [1, 3, 2, 4],
  ]);
  expect(rings('s:a/ > l:a/', 's:b/ > l:b/', 'l:b/ > s:b/', 'l:a/ > s:a/')).toEqual([
    [0, 3],
    [1, 2],
  ]);
  expect(rings('s:a/ > l:b/', 'l:b/ > s:c/', 's:c/ > l:d/')).toEqual([]);
});

test('a job whose target lies in several others is told once', () => {
  expect(findOverlaps(jobs('l:1/ > s:', 'l:2/ > s:a/', 'l:3/ > s:a/b/', 'l:4/ > s:a/b/'))).toEqual([
    { kind: 'targets', first: 0, second: 1 },
    { kind: 'targets', first: 0, second: 2 },
    { kind: 'targets', first: 0, second: 3 },
  ]);
});

// each would take minutes, or all memory, where every job is compared with every other
const MANY = 10_000;
test.each<[string, (at: number) => string, number]>([
  ['all go to one folder', (at) => `l:${at}/ > s:x/`, MANY - 1],
  [
    'each is fed by the one before',
    (at) => (at % 2 ? `l:${at}/ > s:${at}/` : `s:${at - 1}/ > l:${at + 1}/`),
    0,
  ],
  ['half of them feed all others', (at) => (at % 2 ? `l: > s:x/${at}/` : `s:x/ > l:${at}/`), 1],
  [
    'each feeds the next, and the last the first',
    (at) => (at % 2 ? `l:${at}/ > s:${(at + 1) % MANY}/` : `s:${at}/ > l:${at + 1}/`),
    1,
  ],
])('tens of thousands of jobs are compared at once: %s', (_, text, found) => {
  const many = jobs(...Array.from({ length: MANY }, (_each, at) => text(at)));
  expect(findOverlaps(many)).toHaveLength(found);
});

import { expect, test } from 'vitest';
import { foldersToLookAt } from '../../../../src/sources/s3/queue/folders-of-event.ts';
import { createFilter } from '../../../../src/filter/filter.ts';

const part = {
  bucket: 'bucket',
  prefix: 'in/',
  filter: createFilter({
    rules: [
      { kind: 'exclude', pattern: '*.tmp' },
      { kind: 'exclude', pattern: 'closed/' },
    ],
  }),
};
const foldersFor = (...keys: string[]): string[] =>
  foldersToLookAt({ bucket: 'bucket', keys, sequencer: undefined }, part);

test.each([
  ['in/a.csv', ['']],
  ['in/a/b/c.csv', ['a/b/']],
  ['in/a/b/', ['a/b/']],
  ['in/', []],
  ['inside/a.csv', []],
  ['a.csv', []],
  ['in/x/half.tmp', []],
  ['in/closed/a.csv', []],
  ['in/closed/', []],
  ['in/.stagesync-1/a', []],
  ['in/a/b//half.tmp', []],
  ['in/closed//a.csv', []],
  ['in/a/ctl\u0001.tmp', []],
])('%s has these folders looked at: %j', (key, folders) => {
  expect(foldersFor(key)).toEqual(folders);
});

test.each([
  ['in/a//b', ['a/']],
  ['in//b', ['']],
  ['in/../b', ['']],
  ['in/a/./b/c', ['a/']],
  ['in/a/back\\slash', ['a/']],
  ['in/a/b\u0001/c.csv', ['a/']],
  ['in/a//', ['a/']],
])('%j is reported in the nearest folder that can be: %j', (key, folders) => {
  expect(foldersFor(key)).toEqual(folders);
});

test('both readings of a key are looked at, and one folder once', () => {
  expect(foldersFor('in/a+b/c', 'in/a b/c')).toEqual(['a+b/', 'a b/']);
  expect(foldersFor('in/a/b+c', 'in/a/b c')).toEqual(['a/']);
});

test('another bucket is none of its business; behind an access point the name is not known', () => {
  const event = { bucket: 'other', keys: ['in/a/b'], sequencer: undefined };
  expect(foldersToLookAt(event, part)).toEqual([]);
  const accessPoint = 'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine';
  expect(foldersToLookAt(event, { ...part, bucket: accessPoint })).toEqual(['a/']);
});

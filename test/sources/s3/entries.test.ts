import { describe, expect, test } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import type { PathFilter } from '../../../src/model/ports.ts';
import type { ListedObject } from '../../../src/sources/s3/bucket.ts';
import { EntryReader, etagOf, prunedFolderOf } from '../../../src/sources/s3/entries.ts';
import { everything } from '../../../src/sync/filter.ts';
import { listedObject } from '../../support/model-s3.ts';

function read(objects: readonly (ListedObject | string)[], filter: PathFilter = everything): SourceEntry[] {
  const reader = new EntryReader('p/', filter);
  // One object a batch: what has to be remembered is remembered across batches.
  return objects.flatMap((object) =>
    reader.read([typeof object === 'string' ? listedObject(`p/${object}`) : object]),
  );
}

const summary = (entries: readonly SourceEntry[]): string[] =>
  entries.map((entry) =>
    entry.kind === 'unknown'
      ? `${entry.problem.code} ${entry.path} (${entry.covers}, ${entry.problem.severity})`
      : `${entry.kind} ${entry.path}`,
  );

describe('entries of an S3 listing', () => {
  test('an object is a file with the version and the identity of its ETag and size', () => {
    const object: ListedObject = { ...listedObject('p/a/b.csv', 7), etag: 'abc-2' };
    expect(read([object])).toEqual([
      { kind: 'file', path: 'a/b.csv', size: 7, modifiedMs: 1_000, version: 'abc-2:7', identity: 'abc-2:7' },
    ]);
    expect(etagOf('abc-2:7')).toBe('abc-2');
    expect(etagOf('odd:etag:7')).toBe('odd:etag');
  });

  test('an empty object has no identity', () => {
    const [entry] = read([listedObject('p/empty', 0)]);
    expect(entry).not.toHaveProperty('identity');
  });

  test('an empty marker is a folder, and the marker of the root is nothing', () => {
    expect(
      summary(read([listedObject('p/', 0), listedObject('p/a/', 0), listedObject('p/a/b/', 0)])),
    ).toEqual(['folder a/', 'folder a/b/']);
  });

  test('a marker with content is a folder and a failure, and what is below it is not held up', () => {
    expect(summary(read([listedObject('p/a/', 5), 'a/b']))).toEqual([
      'folder a/',
      'folder_with_content a/ (nothing, failure)',
      'file a/b',
    ]);
  });

  test('names that no path can have are reported as printable text and left out', () => {
    expect(
      summary(read(['../up', 'a/./b', 'a//b', 'back\\slash', 'ctl\u0001', 'esc\u001B[2J', 'ok', 'x//'])),
    ).toEqual([
      'name_not_allowed ../up (nothing, failure)',
      'name_not_allowed a/./b (nothing, failure)',
      'name_not_allowed a//b (nothing, failure)',
      'name_not_allowed back\\slash (nothing, failure)',
      'name_not_allowed ctl\\x01 (nothing, failure)',
      'name_not_allowed esc\\x1b[2J (nothing, failure)',
      'file ok',
      'name_not_allowed x// (nothing, failure)',
    ]);
  });

  test('an object beside a folder of the same name is kept, and the folder is one unknown subtree', () => {
    expect(
      summary(read(['a', 'a!', 'a-b/c', 'a.txt', 'a/x', 'a/y/z', 'a0', 'b/c', 'b/c/d', 'b/c/e', 'd'])),
    ).toEqual([
      'file a',
      'file a!',
      'file a-b/c',
      'file a.txt',
      'name_conflict a/ (subtree, failure)',
      'file a0',
      'file b/c',
      'name_conflict b/c/ (subtree, failure)',
      'file d',
    ]);
  });

  test('a marker of the same name as an object is that conflict too', () => {
    expect(summary(read(['a', listedObject('p/a/', 0), 'a/b']))).toEqual([
      'file a',
      'name_conflict a/ (subtree, failure)',
    ]);
  });

  test('an excluded object does not stand in the way of the folder of its name', () => {
    const filter: PathFilter = { excludes: (path) => path === 'a', prunes: () => false };
    expect(summary(read(['a', 'a/b'], filter))).toEqual(['file a/b']);
  });

  test.each(['GLACIER', 'DEEP_ARCHIVE'])(
    'an object archived in %s is a failure until it is restored',
    (storageClass) => {
      const archived = (key: string, restored: ListedObject['restored']): ListedObject => ({
        ...listedObject(`p/${key}`),
        storageClass,
        restored,
      });
      const entries = read([archived('a', 'no'), archived('b', 'running'), archived('c', 'yes')]);
      expect(summary(entries)).toEqual([
        'archived a (path, failure)',
        'archived b (path, failure)',
        'file c',
      ]);
      expect(entries[0]).toMatchObject({ problem: { message: expect.stringContaining('restore-object') } });
      expect(entries[1]).toMatchObject({ problem: { message: expect.stringContaining('being restored') } });
    },
  );

  test('objects in GLACIER_IR and INTELLIGENT_TIERING are listed as readable', () => {
    const objects = ['GLACIER_IR', 'INTELLIGENT_TIERING', undefined].map((storageClass, at) => ({
      ...listedObject(`p/${at}`),
      storageClass,
    }));
    expect(summary(read(objects))).toEqual(['file 0', 'file 1', 'file 2']);
  });

  test('an object without an ETag cannot be followed, and is a failure', () => {
    expect(summary(read([{ ...listedObject('p/a'), etag: undefined }]))).toEqual([
      'unreadable a (path, failure)',
    ]);
  });

  test('the filter is asked once for a folder, and never with a name it could not read', () => {
    const asked: string[] = [];
    const filter: PathFilter = {
      excludes: (path) => {
        asked.push(path);
        return path.endsWith('.tmp');
      },
      prunes: (folder) => {
        asked.push(folder);
        return folder === 'out/';
      },
    };
    const entries = read(['../x', 'in/a', 'in/b', 'in/c.tmp', 'out/a//b', 'out/b', 'outer'], filter);
    expect(summary(entries)).toEqual([
      'name_not_allowed ../x (nothing, failure)',
      'file in/a',
      'file in/b',
      'file outer',
    ]);
    expect(asked).toEqual(['in/', 'in/a', 'in/b', 'in/c.tmp', 'out/', 'outer']);
    expect(prunedFolderOf('p/', filter, 'p/out/deep/er')).toBe('p/out/');
    expect(prunedFolderOf('p/', filter, 'p/in/a')).toBeUndefined();
  });
});

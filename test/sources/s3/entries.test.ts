import { describe, expect, test } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import type { PathFilter } from '../../../src/model/ports.ts';
import type { ListedObject } from '../../../src/sources/s3/bucket.ts';
import { EntryReader, prunedFolderOf } from '../../../src/sources/s3/entries.ts';
import type { EntryOptions } from '../../../src/sources/s3/entries.ts';
import { etagOf } from '../../../src/sources/s3/object-version.ts';
import { s3Source } from '../../../src/sources/s3/s3-source.ts';
import { createFilter, everything } from '../../../src/filter/filter.ts';
import { listedObject, modelS3 } from '../../support/s3/model-s3.ts';

function read(
  objects: readonly (ListedObject | string)[],
  filter: PathFilter = everything,
  options: EntryOptions = {},
): SourceEntry[] {
  const reader = new EntryReader('p/', filter, options);
  // One object a batch: what has to be remembered is remembered across batches.
  return objects.flatMap((object) =>
    reader.read([typeof object === 'string' ? listedObject(`p/${object}`) : object]),
  );
}

/** An ETag that may be the MD5 of what is in the object. */
const MD5 = '9e107d9d372bb6826bd81d3542a419d6';

const summary = (entries: readonly SourceEntry[]): string[] =>
  entries.map((entry) =>
    entry.kind === 'unknown'
      ? `${entry.problem.code} ${entry.path} (${entry.covers}, ${entry.problem.severity})`
      : `${entry.kind} ${entry.path}`,
  );

describe('entries of an S3 listing', () => {
  test('an object is a file whose version is its ETag, size and time, and whose identity is the first two', () => {
    const object: ListedObject = { ...listedObject('p/a/b.csv', 7), etag: MD5 };
    expect(read([object])).toEqual([
      {
        kind: 'file',
        path: 'a/b.csv',
        size: 7,
        modifiedMs: 1_000,
        version: `${MD5}:7@1000`,
        identity: `${MD5}:7`,
      },
    ]);
  });

  test.each([
    ['abc-2', 1_000, 'abc-2:7@1000'],
    ['odd:e@7:1@2', 1_000, 'odd:e@7:1@2:7@1000'],
    ['no-time', undefined, 'no-time:7@'],
  ])('the ETag %s of an object of the time %j can be told from its version', (etag, modifiedMs, version) => {
    const [entry] = read([{ ...listedObject('p/a', 7), etag, modifiedMs }]);
    expect(entry).toMatchObject({ version });
    expect(etagOf(version)).toBe(etag);
    expect(etagOf(`${etag}:7`)).toBe(etag);
  });

  test('an object that is replaced by one with the same ETag and size has another version', () => {
    const object: ListedObject = { ...listedObject('p/a', 7), etag: `${'0'.repeat(32)}-1` };
    const versionOf = (modifiedMs: number): unknown => {
      const [entry] = read([{ ...object, modifiedMs }]);
      return entry?.kind === 'file' ? entry.version : undefined;
    };
    expect(versionOf(1_000)).not.toBe(versionOf(2_000));
    expect(versionOf(1_000)).toBe(versionOf(1_000));
  });

  test.each([
    ['of a multipart upload', `${MD5}-2`, 7],
    ['that MinIO gives to many', `${'0'.repeat(32)}-1`, 7],
    ['that is all zeros', '0'.repeat(32), 7],
    ['that is too long', `${MD5}0`, 7],
    ['that is no number', 'z'.repeat(32), 7],
    ['of nothing', 'd41d8cd98f00b204e9800998ecf8427e', 0],
  ])('an ETag %s names no content, and nothing is moved by it', (_, etag, size) => {
    const [entry] = read([{ ...listedObject('p/a', size), etag }]);
    expect(entry).toMatchObject({ kind: 'file', path: 'a' });
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
      'name_not_allowed ctl\\u{1} (nothing, failure)',
      'name_not_allowed esc\\u{1b}[2J (nothing, failure)',
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

  test('an empty marker of the same name as an object is a warning, and the object is taken', () => {
    const entries = read(['a', listedObject('p/a/', 0), 'b', listedObject('p/b/', 0), 'b/c']);
    expect(summary(entries)).toEqual([
      'file a',
      'name_conflict a/ (nothing, warning)',
      'file b',
      'name_conflict b/ (nothing, warning)',
      'name_conflict b/ (subtree, failure)',
    ]);
    expect(entries[1]).toMatchObject({ problem: { message: expect.stringMatching(/empty.*object "a"/) } });
  });

  test('a marker with content beside an object is as any other key below it', () => {
    expect(summary(read(['a', listedObject('p/a/', 5)]))).toEqual([
      'file a',
      'name_conflict a/ (subtree, failure)',
    ]);
  });

  test('an empty marker that no folder can be is a warning; a file of such a name, empty or not, is a failure', () => {
    const markers = ['/', '../', 'dir//', 'dir/./', 'x\\/'].map((key) => listedObject(`p/${key}`, 0));
    expect(summary(read([...markers, listedObject('p/y//e', 0), listedObject('p/z//', 3)]))).toEqual([
      'name_not_allowed / (nothing, warning)',
      'name_not_allowed ../ (nothing, warning)',
      'name_not_allowed dir// (nothing, warning)',
      'name_not_allowed dir/./ (nothing, warning)',
      'name_not_allowed x\\/ (nothing, warning)',
      'name_not_allowed y//e (nothing, failure)',
      'name_not_allowed z// (nothing, failure)',
    ]);
  });

  test('what cannot be taken is not reported where the filter leaves it out', () => {
    const filter = createFilter({
      rules: ['*.tmp', 'ctl?x', 'back*slash', 'closed/', '/half/', 'both/'].map((pattern) => ({
        kind: 'exclude',
        pattern,
      })),
    });
    const keys = ['a/../b.tmp', 'back\\slash', 'both', 'closed//x', 'ctl\u0001x', 'x//y.tmp'];
    expect(
      summary(read([...keys.slice(0, 3), listedObject('p/both/', 5), ...keys.slice(3)], filter)),
    ).toEqual(['file both']);
    expect(summary(read([listedObject('p/half/', 5), 'half//x'], filter))).toEqual([]);
    const only = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
    expect(summary(read([listedObject('p/a/', 5), 'a//b', 'a//b.csv'], only))).toEqual([
      'name_not_allowed a//b.csv (nothing, failure)',
    ]);
  });

  test('an empty marker that the filter leaves out, below an object, is not reported', () => {
    const filter = createFilter({
      rules: [
        { kind: 'exclude', pattern: 'sub' },
        { kind: 'include', pattern: '*.csv' },
      ],
    });
    expect(filter.prunes('a/sub/')).toBe(false);
    expect(summary(read(['a', listedObject('p/a/sub/', 0), 'b'], filter))).toEqual(['file a', 'file b']);
    expect(summary(read(['a', listedObject('p/a/sub/', 0), 'a/sub/x.csv'], filter))).toEqual([
      'file a',
      'name_conflict a/ (subtree, failure)',
    ]);
  });

  test('a marker with content is silent where its folder is left out, and what takes part in it is taken', () => {
    const filter = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
    expect(filter.prunes('logs/')).toBe(false);
    expect(summary(read([listedObject('p/logs/', 5), 'logs/a.csv', 'logs/b.log'], filter))).toEqual([
      'file logs/a.csv',
    ]);
  });

  describe('names that are reserved', () => {
    test('are a warning each, a folder of such a name one for all that is in it', () => {
      const entries = read([
        '.stagesync-a.csv',
        '.stagesync-b/.stagesync-c',
        '.stagesync-b/x',
        '.stagesyncignore',
        listedObject('p/d/.stagesync-/', 0),
        'd/.stagesync-/y',
        'd/.stagesync-e',
        'd/x.stagesync-f',
      ]);
      expect(summary(entries)).toEqual([
        'reserved_name .stagesync-a.csv (nothing, warning)',
        'reserved_name .stagesync-b/ (nothing, warning)',
        'reserved_name d/.stagesync-/ (nothing, warning)',
        'reserved_name d/.stagesync-e (nothing, warning)',
        'file d/x.stagesync-f',
      ]);
      expect(entries[0]).toMatchObject({ problem: { message: expect.stringMatching(/reserved.*rename/) } });
    });

    test('are not reported where the rules leave them out', () => {
      const rules = ['closed/', '*.tmp', '.stagesync-*.bak', '.stagesync-x*'].map((pattern) => ({
        kind: 'exclude' as const,
        pattern,
      }));
      const keys = [
        '.stagesync-a.bak',
        '.stagesync-a.tmp',
        '.stagesync-b/x.tmp',
        '.stagesync-x/y',
        'closed/.stagesync-c',
      ];
      expect(summary(read([...keys, 'open/.stagesync-d'], createFilter({ rules })))).toEqual([
        'reserved_name open/.stagesync-d (nothing, warning)',
      ]);
      const only = createFilter({ rules: [{ kind: 'include', pattern: '*.csv' }] });
      expect(summary(read(['.stagesync-a/b', '.stagesync-a/b.csv'], only))).toEqual([
        'reserved_name .stagesync-a/ (nothing, warning)',
      ]);
    });
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

  test('where a class says nothing sure, an object is archived only while it is being restored', () => {
    const objects = (['no', 'running', 'yes'] as const).map((restored) => ({
      ...listedObject(`p/${restored}`),
      storageClass: 'GLACIER',
      restored,
    }));
    expect(summary(read(objects, everything, { classesAreNames: true }))).toEqual([
      'file no',
      'archived running (path, failure)',
      'file yes',
    ]);
  });

  test.each([
    [undefined, 'archived'],
    ['https://s3.eu-west-1.amazonaws.com', 'archived'],
    ['https://bucket.vpce-1a-2b.s3.cn-north-1.vpce.amazonaws.com.cn', 'archived'],
    ['http://127.0.0.1:9000', 'file'],
    ['https://amazonaws.com.example.org', 'file'],
  ])('at the endpoint %s an object of class GLACIER is: %s', async (endpointUrl, expected) => {
    const bucket = modelS3({
      keys: ['p/d/a'],
      pageSize: 10,
      answer: (_, page) => ({
        ...page,
        objects: page.objects.map((object) => ({ ...object, storageClass: 'GLACIER' })),
      }),
    });
    const source = s3Source(bucket, { prefix: 'p/', endpointUrl });
    const { signal } = new AbortController();
    const options = { filter: everything, signal };
    const all = (await Array.fromAsync(source.list(options))).flat();
    for (const entries of [all, await source.listFolder!('d/', options)])
      expect(entries).toMatchObject([
        expected === 'file'
          ? { kind: 'file', path: 'd/a' }
          : { kind: 'unknown', problem: { code: expected } },
      ]);
    expect((await source.stat!('d/a', { signal }))?.kind).toBe(expected === 'file' ? 'file' : undefined);
  });

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

  test('the filter is asked once for a folder, and for every object that is not in one that it leaves out', () => {
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
    expect(asked).toEqual(['../x', 'in/', 'in/a', 'in/b', 'in/c.tmp', 'out/', 'outer']);
    expect(prunedFolderOf('p/', filter, 'p/out/deep/er')).toBe('p/out/');
    expect(prunedFolderOf('p/', filter, 'p/in/a')).toBeUndefined();
  });
});

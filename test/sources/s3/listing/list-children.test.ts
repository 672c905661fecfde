import { describe, expect, test } from 'vitest';
import type { SourceEntry } from '../../../../src/model/entry.ts';
import type { ListPage } from '../../../../src/sources/s3/bucket.ts';
import { s3Source } from '../../../../src/sources/s3/s3-source.ts';
import { createFilter, everything } from '../../../../src/filter/filter.ts';
import { listedObject, modelS3 } from '../../../support/s3/model-s3.ts';
import type { ModelOptions, ModelS3 } from '../../../support/s3/model-s3.ts';

const signal = new AbortController().signal;

const summary = (entries: readonly SourceEntry[] | undefined): string[] | undefined =>
  entries?.map((entry) =>
    entry.kind === 'unknown'
      ? `${entry.problem.code} ${entry.path} (${entry.covers}, ${entry.problem.severity})`
      : `${entry.kind} ${entry.path}`,
  );
const lookAt = async (bucket: ModelS3, folder: string, filter = everything): Promise<string[] | undefined> =>
  summary(await s3Source(bucket, { prefix: 'p/' }).listFolder?.(folder, { filter, signal }));

describe('a folder of a bucket', () => {
  test('has its files and folders, whatever the size of the pages', async () => {
    const keys = ['p/a/', 'p/a/1', 'p/a/b/c', 'p/a/b/d', 'p/a/b!', 'p/a/z', 'p/b'];
    for (const pageSize of [1, 2, 100])
      expect(await lookAt(modelS3({ keys, pageSize }), 'a/')).toEqual([
        'file a/1',
        'file a/b!',
        'folder a/b/',
        'file a/z',
      ]);
  });

  test('is not there without a key, and the root is empty then', async () => {
    const bucket = modelS3({ keys: ['q'], pageSize: 10 });
    expect(await lookAt(bucket, 'a/')).toBeUndefined();
    expect(await lookAt(bucket, '')).toEqual([]);
  });

  test('shows whether what stands beside a file, or has no good name, is a mere marker', async () => {
    const empty = ['p/x/', 'p/d//', 'p/y/'];
    const bucket = modelS3({
      keys: [...empty, 'p/x', 'p/y', 'p/y/in', 'p/d/ok', 'p/bad\u0001/in', 'p/z/in'],
      pageSize: 10,
      answer: (_, page) => ({
        ...page,
        objects: page.objects.map((object) => (empty.includes(object.key) ? { ...object, size: 0 } : object)),
      }),
    });
    expect(await lookAt(bucket, '')).toEqual([
      'name_not_allowed bad\\u{1}/ (nothing, failure)',
      'folder d/',
      'file x',
      'name_conflict x/ (nothing, warning)',
      'file y',
      'name_conflict y/ (subtree, failure)',
      'folder z/',
    ]);
    expect(await lookAt(bucket, 'd/')).toEqual(['name_not_allowed d// (nothing, warning)', 'file d/ok']);
    // One look at each of these folders, and none at the others.
    expect(bucket.queries.filter(({ maxKeys }) => maxKeys === 2).map(({ prefix }) => prefix)).toEqual([
      'p/bad\u0001/',
      'p/x/',
      'p/y/',
      'p/d//',
    ]);
  });

  test('says nothing of what is left out, and warns of reserved names', async () => {
    const bucket = modelS3({
      keys: ['p/.stagesync-a/b', 'p/.stagesync-c', 'p/a//b', 'p/t', 'p/t/a', 'p/u'],
      pageSize: 10,
    });
    const filter = createFilter({ rules: ['t', 'a/'].map((pattern) => ({ kind: 'exclude', pattern })) });
    expect(await lookAt(bucket, '', filter)).toEqual([
      'reserved_name .stagesync-a/ (nothing, warning)',
      'reserved_name .stagesync-c (nothing, warning)',
      'file u',
    ]);
  });
});

describe('a listing of one folder is not trusted', () => {
  const keys = ['p/a/1', 'p/a/2', 'p/a/3', 'p/a/4'];
  const file = (key: string): ListPage['objects'][number] => listedObject(key);
  const always =
    (change: (page: ListPage) => Partial<ListPage>): ModelOptions['answer'] =>
    (_, page) => ({ ...page, ...change(page) });

  test.each<[string, NonNullable<ModelOptions['answer']>]>([
    [
      'that says that more follow, and not how to ask for it',
      always(() => ({ truncated: true, next: undefined }))!,
    ],
    ['that says so with an empty token', always(() => ({ truncated: true, next: '' }))!],
    ['that always points to itself', always(() => ({ truncated: true, next: 'same' }))!],
    [
      'whose tokens go round in a circle',
      (query, page) => ({ ...page, truncated: true, next: query.token === 'one' ? 'two' : 'one' }),
    ],
    [
      'that has empty pages without end',
      (query) => ({ objects: [], prefixes: [], truncated: true, next: `${query.token}+` }),
    ],
    ['with keys that were not asked for', always(({ objects }) => ({ objects: [...objects, file('q/1')] }))!],
    ['with keys from deeper down', always(({ objects }) => ({ objects: [...objects, file('p/a/b/c')] }))!],
    ['with folders from deeper down', always(() => ({ prefixes: ['p/a/b/c/'] }))!],
    ['with folders that are none', always(() => ({ prefixes: ['p/a/b'] }))!],
    ['that has the folder in itself', always(() => ({ prefixes: ['p/a/'] }))!],
    ['that has a key twice', always(({ objects }) => ({ objects: [...objects, ...objects] }))!],
    [
      'whose second page goes back',
      (query, page) =>
        query.token === undefined ? page : { ...page, objects: [file('p/a/0'), ...page.objects] },
    ],
  ])('%s', async (_, answer) => {
    await expect(lookAt(modelS3({ keys, pageSize: 2, answer }), 'a/')).rejects.toMatchObject({
      code: 'source_listing_broken',
      verdict: 'end_run',
    });
  });
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePaths } from '../../src/model/path.ts';
import { listObjects } from '../../src/sources/s3/listing/list-objects.ts';
import { modelS3 } from '../support/s3/model-s3.ts';
import type { ModelOptions, ModelS3 } from '../support/s3/model-s3.ts';

const signal = new AbortController().signal;

async function list(bucket: ModelS3, prefix: string, streams: number): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of listObjects(bucket, { prefix, streams, prunedFolder: () => undefined, signal }))
    keys.push(...page.map(({ key }) => key));
  return keys;
}

// Few names, so that folders repeat, and neighbours of '/' in byte order: '.', '-' and '!' before it, '0' after it.
const segment = fc.constantFrom('a', 'b', 'a-', 'a.b', 'a!', 'a0', 'é', '\uFF5E', '\u{1F600}', '', 'zz');
const key = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((text) => text !== '');
const keys = fc.uniqueArray(
  fc.tuple(key, fc.nat(40)).map(([text, number]) => `${text}${number > 20 ? `/${number}` : ''}`),
  { minLength: 0, maxLength: 300, size: 'max' },
);
const prefix = fc.constantFrom('', 'a/', 'a/b/', 'p/');
const delays = fc.array(fc.nat(6), { minLength: 1, maxLength: 7 });

test('every key below the prefix comes once and in byte order, whatever the pages, the requests at once and their delays', async () => {
  await fc.assert(
    fc.asyncProperty(
      keys,
      prefix,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      delays,
      async (all, prefix, pageSize, streams, delays) => {
        const bucket = modelS3({ keys: all, pageSize, delays });
        const expected = all.filter((text) => text.startsWith(prefix)).toSorted(comparePaths);
        expect(await list(bucket, prefix, streams)).toEqual(expected);
      },
    ),
    { numRuns: 400 },
  );
});

test('a listing of many pages is cut into parts that are listed at the same time', async () => {
  const all = Array.from({ length: 3_000 }, (_, at) => `day=${Math.floor(at / 100)}/${at}`);
  const bucket = modelS3({ keys: all, pageSize: 10, delays: [3] });
  expect(await list(bucket, '', 4)).toEqual(all.toSorted(comparePaths));
  expect(bucket.mostAtOnce()).toBeGreaterThanOrEqual(4);
  // Each part ends with a page that the next one begins with; that and the probes are the price.
  expect(bucket.queries.length).toBeLessThan(300 * 1.5);
});

test('many small folders do not cost a request each', async () => {
  const all = Array.from({ length: 3_000 }, (_, at) => `${String(at).padStart(5, '0')}/file`);
  const bucket = modelS3({ keys: all, pageSize: 50, delays: [3] });
  expect(await list(bucket, '', 4)).toEqual(all);
  expect(bucket.queries.length).toBeLessThan(60 * 2.5);
});

test('wrong, stale or failing hints on where to cut change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.array(key, { maxLength: 20 }),
      fc.boolean(),
      delays,
      async (all, hints, fails, delays) => {
        const answer: ModelOptions['answer'] = (query, page) => {
          if (query.delimiter === undefined) return page;
          if (fails) throw new Error('not allowed');
          return { ...page, prefixes: hints };
        };
        const bucket = modelS3({ keys: all, pageSize: 3, delays, answer });
        expect(await list(bucket, '', 4)).toEqual(all.toSorted(comparePaths));
      },
    ),
    { numRuns: 200 },
  );
});

test('a server that sorts in any other way is refused, or gives every key in byte order', async () => {
  const orders = [
    (a: string, b: string): number => a.localeCompare(b),
    (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0),
    (a: string, b: string): number => comparePaths(b, a),
    (a: string, b: string): number => a.length - b.length || comparePaths(a, b),
  ];
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.constantFrom(...orders),
      fc.integer({ min: 1, max: 9 }),
      delays,
      async (all, order, pageSize, delays) => {
        const bucket = modelS3({ keys: all, pageSize, delays, order });
        const got = await list(bucket, '', 4).catch((error: unknown) => error);
        if (Array.isArray(got)) expect(got).toEqual(all.toSorted(comparePaths));
        else expect(got).toMatchObject({ code: 'source_listing_broken', verdict: 'end_run' });
      },
    ),
    { numRuns: 400 },
  );
});

test('a server whose order hides keys between two parts is found out', async () => {
  // c0 is shown to the part before c/ and b/9 to nobody: the server begins after c/ with c/1.
  const order = [
    ...Array.from({ length: 20 }, (_, at) => `a${10 + at}`),
    'b/1',
    'c0',
    'b/9',
    'c/',
    'c/1',
    'd',
  ];
  const bucket = modelS3({
    keys: order.filter((text) => text !== 'c/'),
    pageSize: 2,
    order: (a, b) => order.indexOf(a) - order.indexOf(b),
    answer: (query, page) => (query.delimiter === undefined ? page : { ...page, prefixes: ['c/'] }),
  });
  await expect(list(bucket, '', 4)).rejects.toMatchObject({ code: 'source_listing_broken' });
});

test('a key that is deleted while it is listed is no reason to stop', async () => {
  const all = Array.from({ length: 200 }, (_, at) => `d${String(at).padStart(3, '0')}/x`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(199), { minLength: 1, maxLength: 50 }), delays, async (gone, delays) => {
      let pages = 0;
      const deleted = new Set<string>();
      const bucket = modelS3({
        keys: all,
        pageSize: 7,
        delays,
        answer: (_, page) => {
          const at = gone[pages++];
          if (at !== undefined) deleted.add(all[at]!);
          return { ...page, objects: page.objects.filter(({ key }) => !deleted.has(key)) };
        },
      });
      const got = await list(bucket, '', 3);
      expect(got.filter((text) => !deleted.has(text))).toEqual(all.filter((text) => !deleted.has(text)));
    }),
    { numRuns: 100 },
  );
});

test('a page that fails makes the listing fail, however many other pages are good', async () => {
  await fc.assert(
    fc.asyncProperty(keys, fc.nat(60), delays, async (all, failAt, delays) => {
      const failure = new Error('gone');
      let pages = 0;
      let failed = false;
      const bucket = modelS3({
        keys: all,
        pageSize: 3,
        delays,
        answer: (query, page) => {
          if (query.delimiter === undefined && query.maxKeys === undefined && pages++ === failAt) {
            failed = true;
            throw failure;
          }
          return page;
        },
      });
      const got = await list(bucket, '', 4).catch((error: unknown) => error);
      if (failed) expect(got).toBe(failure);
      else expect(got).toEqual(all.toSorted(comparePaths));
    }),
    { numRuns: 200 },
  );
});

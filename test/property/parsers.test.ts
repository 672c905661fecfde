import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSource, parseStageAddress } from '../../src/jobs/addresses.ts';
import { isSyncError } from '../../src/model/errors.ts';
import { pathProblem } from '../../src/model/path.ts';
import { parseS3Address } from '../../src/sources/s3/address.ts';
import { readListing, readMetadata } from '../../src/stage/read-listing.ts';
import { parseRetryAfter, parseApiTime } from '../../src/api/api-times.ts';
import { createFilter, parseFilterLines } from '../../src/filter/filter.ts';

const numRuns = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 3000);
const check = (property: fc.IProperty<unknown>): void => {
  fc.assert(property, { numRuns });
};

/** Names and numbers that have broken parsers. */
const oddText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '',
    '.',
    '..',
    '/',
    'a/b',
    '../../etc/passwd',
    'a\\b',
    'a\0b',
    'a\nb',
    '\ud800',
    'x'.repeat(5000),
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN'),
);
const oddNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(-1, -0, 0.5, 2 ** 53, 2 ** 64, Infinity, NaN, 1e308),
);
const oddValue = fc.oneof(
  { maxDepth: 2 },
  oddText,
  oddNumber,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue(),
);

const FOLDER = 'data/in/';
const child = fc.oneof(
  oddValue,
  fc.record(
    {
      name: fc.oneof(oddText, fc.constantFrom('a', 'b', 'c.csv')),
      path: fc.oneof(oddText, fc.constantFrom(`${FOLDER}a`, `${FOLDER}a/`, `/${FOLDER}b`, 'elsewhere/a')),
      type: fc.oneof(oddValue, fc.constantFrom('directory', '', 'json')),
      size: fc.oneof(oddValue, fc.nat()),
      last_modified: fc.oneof(oddValue, fc.constant('2026-01-02T03:04:05.678Z')),
    },
    { requiredKeys: [] },
  ),
  // right in all but perhaps one thing
  fc
    .tuple(
      fc.constantFrom('a', 'b', 'c.csv', 'd e', 'ü'),
      fc.dictionary(fc.constantFrom('name', 'path', 'type', 'size', 'last_modified'), oddValue, {
        maxKeys: 1,
      }),
    )
    .map(([name, wrong]) => ({
      name,
      path: FOLDER + name,
      type: '',
      size: 3,
      last_modified: '2026-01-02T03:04:05Z',
      ...wrong,
    })),
);
const listing = fc.oneof(
  oddValue,
  fc.record({ type: fc.constant('directory'), path: fc.constant(FOLDER), content: fc.array(child) }),
  fc.record(
    { type: oddValue, path: oddValue, content: fc.oneof(oddValue, fc.array(child)) },
    { requiredKeys: [] },
  ),
);

describe('listings of Stage', () => {
  test('of whatever shape, each child is one safe name, known or unknown, and none is left out', () => {
    check(
      fc.property(listing, fc.boolean(), (reply, exact) => {
        const result = readListing(FOLDER, reply, exact);
        if (!Array.isArray(result)) {
          expect(result.why).toEqual(expect.any(String));
          return;
        }
        const seen = new Set<string>();
        for (const entry of result) {
          expect(entry.name).not.toContain('/');
          if (entry.kind === 'unknown') continue;
          expect(pathProblem(entry.name)).toBeUndefined();
          expect(seen).not.toContain(`${entry.kind} ${entry.name}`);
          seen.add(`${entry.kind} ${entry.name}`);
          if (entry.kind !== 'file') continue;
          expect(Number.isSafeInteger(entry.size) && entry.size >= 0).toBe(true);
          if (entry.modifiedMs !== undefined) expect(Number.isFinite(entry.modifiedMs)).toBe(true);
        }
        const content = (reply as { content?: unknown } | null)?.content;
        if (!Array.isArray(content)) return;
        if (content.length > 0) expect(result.length).toBeGreaterThan(0);
        const names = new Set(result.map(({ name }) => name));
        for (const each of content as unknown[]) {
          const name = (each as { name?: unknown } | null)?.name;
          if (
            typeof name === 'string' &&
            name !== '' &&
            pathProblem(name) === undefined &&
            !name.includes('/')
          )
            expect(names).toContain(name);
        }
      }),
    );
  });

  test('metadata of whatever shape is a size and a time, none, or no answer at all', () => {
    check(
      fc.property(fc.oneof(oddValue, child), (reply) => {
        const result = readMetadata(`${FOLDER}a`, reply);
        if (result === undefined || 'why' in result) return;
        expect(Number.isSafeInteger(result.size) && result.size >= 0).toBe(true);
        if (result.modifiedMs !== undefined) expect(Number.isFinite(result.modifiedMs)).toBe(true);
      }),
    );
  });
});

describe('times', () => {
  test('a time that Stage writes is read to the millisecond, anything else is none', () => {
    check(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59Z') }),
        (date) => {
          expect(parseApiTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
    check(
      fc.property(oddText, (text) => {
        const time = parseApiTime(text);
        if (time !== undefined) expect(Number.isFinite(time)).toBe(true);
      }),
    );
  });

  test('Retry-After: seconds, or a date measured by the reply’s own, or nothing', () => {
    const now = Date.parse('2026-05-05T05:05:05Z');
    check(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seconds) => {
        expect(parseRetryAfter(String(seconds), undefined, now)).toBe(seconds * 1000);
      }),
    );
    check(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.integer({ min: -1e8, max: 1e8 }),
        (ahead, wrong) => {
          const server = now + wrong * 1000;
          const value = new Date(server + ahead * 1000).toUTCString();
          const date = new Date(server).toUTCString();
          expect(parseRetryAfter(value, date, now)).toBe(Math.max(0, ahead * 1000));
        },
      ),
    );
    check(
      fc.property(oddText, fc.option(oddText, { nil: undefined }), (value, date) => {
        const wait = parseRetryAfter(value, date, now);
        if (wait !== undefined) expect(Number.isFinite(wait) && wait >= 0).toBe(true);
      }),
    );
  });
});

/** What it gives, or the usage error it throws; any other error fails the test. */
function outcome<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!isSyncError(error)) throw error;
    expect(error.code).toBe('usage');
    // eslint-disable-next-line no-control-regex -- naming control characters is the point
    expect(error.message).not.toMatch(/[\u0000-\u001f\u007f]/);
    return undefined;
  }
}

const segment = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((s) => !s.includes('/') && pathProblem(s) === undefined);

describe('addresses', () => {
  test('of a Stage: refused as usage, or a path that can be sent', () => {
    const anything = fc.oneof(
      oddText,
      oddText.map((text) => `stage://${text}`),
      oddText.map((text) => `stage://d/${text}`),
    );
    check(
      fc.property(anything, (text) => {
        const address = outcome(() => parseStageAddress(text, 'DEST'));
        if (address !== undefined && address.path !== '') expect(pathProblem(address.path)).toBeUndefined();
      }),
    );
    check(
      fc.property(segment, fc.array(segment, { minLength: 1, maxLength: 4 }), (deployment, parts) => {
        const path = parts.join('/');
        expect(parseStageAddress(`stage://${deployment}/${path}`, 'DEST')).toEqual({ deployment, path });
      }),
    );
  });

  test('of a source: refused as usage, an absolute directory, or a bucket', () => {
    check(
      fc.property(
        fc.oneof(
          oddText,
          oddText.map((text) => `s3://${text}`),
        ),
        (text) => {
          const source = outcome(() => parseSource(text, '/cwd'));
          if (source?.kind === 'local') expect(source.root.startsWith('/')).toBe(true);
          if (source?.kind === 's3') outcome(() => parseS3Address(source.address));
        },
      ),
    );
  });
});

test('filter files: whatever their bytes, a filter comes of them or a usage error, and it answers for every path', () => {
  const line = fc.oneof(
    oddText,
    fc.constantFrom('!', '#', '\\', '[', '[a-', '**', '!/**/', 'a\\', '\\!x', '*'.repeat(50)),
  );
  check(
    fc.property(
      fc.array(line).map((lines) => lines.join('\n')),
      fc.array(segment, { minLength: 1, maxLength: 3 }),
      (text, parts) => {
        const filter = outcome(() =>
          createFilter({ ignoreFile: text.split('\n'), rules: parseFilterLines(text, 'rules') }),
        );
        if (filter === undefined) return;
        expect(filter.excludes(parts.join('/'))).toEqual(expect.any(Boolean));
        expect(filter.prunes(`${parts.join('/')}/`)).toEqual(expect.any(Boolean));
      },
    ),
  );
});

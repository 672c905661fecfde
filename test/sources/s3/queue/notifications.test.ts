import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseNotification } from '../../../../src/sources/s3/queue/notifications.ts';
import {
  TEST_EVENT,
  bridgeEvent,
  encodeKey,
  s3Event,
  s3Record,
  throughSns,
} from '../../../support/s3/s3-events.ts';

const keysIn = (body: string): readonly (readonly string[])[] =>
  parseNotification(body).events.map(({ keys }) => keys);

describe('an S3 event', () => {
  test('tells bucket, key and sequencer of each record', () => {
    const body = JSON.stringify({
      Records: [
        s3Record('one', 'a.csv', { sequencer: '0A' }),
        s3Record('two', 'b/c.csv', { event: 'ObjectRemoved:DeleteMarkerCreated', sequencer: '0B' }),
      ],
    });
    expect(parseNotification(body)).toEqual({
      events: [
        { bucket: 'one', keys: ['a.csv'], sequencer: '0A' },
        { bucket: 'two', keys: ['b/c.csv'], sequencer: '0B' },
      ],
    });
  });

  test.each([
    ['red+flower.jpg', 'red flower.jpg'],
    ['a%2Bb', 'a+b'],
    ['100%25.csv', '100%.csv'],
    ['dir%2Ffile', 'dir/file'],
    ['%E6%97%A5%E6%9C%AC.csv', '日本.csv'],
    ['%F0%9F%98%80', '😀'],
    ['100%.csv', '100%.csv'],
    ['%FF', '%FF'],
  ])('writes the key %s, which is %s', (written, key) => {
    expect(keysIn(JSON.stringify({ Records: [s3Record('b', written)] }))).toEqual([[key]]);
  });

  test('names any key so that it is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (key) => {
        expect(keysIn(s3Event('b', key))).toEqual([[key]]);
        expect(keysIn(bridgeEvent('b', key))).toEqual([[key]]);
      }),
    );
  });

  test("of Ceph's gateway has its key as it is, or encoded: both are taken", () => {
    const body = (key: string): string =>
      JSON.stringify({ Records: [s3Record('b', key, { source: 'ceph:s3' })] });
    expect(keysIn(body('a+b%41'))).toEqual([['a+b%41', 'a bA']]);
    expect(keysIn(body('plain.csv'))).toEqual([['plain.csv']]);
  });

  test.each([
    'ObjectCreated:Put',
    's3:ObjectCreated:CompleteMultipartUpload',
    'ObjectRemoved:Delete',
    'LifecycleExpiration:Delete',
    'LifecycleExpiration:DeleteMarkerCreated',
    'LifecycleTransition',
    'ObjectRestore:Completed',
    'ObjectRestore:Delete',
    'ReducedRedundancyLostObject',
    'ObjectTagging:Put',
    'ObjectAcl:Put',
    'SomethingNew:Happened',
  ])('%s has the object looked at again', (event) => {
    expect(keysIn(s3Event('b', 'k', { event }))).toEqual([['k']]);
  });

  test.each([
    'ObjectRestore:Post',
    's3:ObjectRestore:Post',
    'Replication:OperationFailedReplication',
    'IntelligentTiering',
  ])('%s leaves the object as it was', (event) => {
    expect(parseNotification(s3Event('b', 'k', { event }))).toEqual({ events: [] });
  });

  test('has an order only among creations and removals', () => {
    const sequencerOf = (event: string): string | undefined =>
      parseNotification(s3Event('b', 'k', { event, sequencer: '0F' })).events[0]?.sequencer;
    expect(sequencerOf('ObjectRemoved:Delete')).toBe('0F');
    expect(sequencerOf('ObjectTagging:Put')).toBeUndefined();
    expect(sequencerOf('ObjectRestore:Completed')).toBeUndefined();
  });

  test('with a record that cannot be read keeps the others, and says so', () => {
    const body = JSON.stringify({ Records: [s3Record('b', 'good'), { eventName: 'ObjectCreated:Put' }] });
    expect(parseNotification(body)).toMatchObject({
      events: [{ keys: ['good'] }],
      problem: expect.stringContaining('records'),
    });
  });
});

describe('an EventBridge event', () => {
  test('has its key as it is', () => {
    const body = bridgeEvent('bucket', 'a+b%41 c.csv', { sequencer: '617f08299329d189' });
    expect(parseNotification(body)).toEqual({
      events: [{ bucket: 'bucket', keys: ['a+b%41 c.csv'], sequencer: '617f08299329d189' }],
    });
  });

  test.each([
    ['Object Created', 1],
    ['Object Deleted', 1],
    ['Object Restore Completed', 1],
    ['Object Restore Expired', 1],
    ['Object Storage Class Changed', 1],
    ['Object Tags Added', 1],
    ['Object ACL Updated', 1],
    ['Object Restore Initiated', 0],
    ['Object Access Tier Changed', 0],
    ['Async Copy Completion', 0],
  ])('%s has %i objects looked at', (event, looks) => {
    const { events, problem } = parseNotification(bridgeEvent('b', 'k', { event }));
    expect(events).toHaveLength(looks);
    expect(problem).toBeUndefined();
  });
});

test.each([
  ['an S3 event', s3Event('b', 'a b')],
  ['an EventBridge event', bridgeEvent('b', 'a b')],
])('%s is the same through SNS', (_, body) => {
  expect(parseNotification(throughSns(body))).toEqual(parseNotification(body));
  expect(keysIn(throughSns(body))).toEqual([['a b']]);
});

test('the test message of S3 says nothing', () => {
  expect(parseNotification(TEST_EVENT)).toEqual({ events: [] });
  expect(parseNotification(throughSns(TEST_EVENT))).toEqual({ events: [] });
});

test.each([
  ['nothing', ''],
  ['no JSON', 'hello'],
  ['JSON of something else', '{"a":1}'],
  ['null', 'null'],
  ['records that are none', '{"Records":{}}'],
  ['SNS around no JSON', throughSns('hello')],
  ['SNS around SNS', throughSns(throughSns(TEST_EVENT))],
  ['an object event without an object', '{"source":"aws.s3","detail-type":"Object Created","detail":{}}'],
  [
    'a call seen by CloudTrail',
    '{"source":"aws.s3","detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"PutObject"}}',
  ],
  ['an event of another service', '{"source":"aws.ec2","detail-type":"Object Created","detail":{}}'],
])('%s cannot be understood', (_, body) => {
  const { events, problem } = parseNotification(body);
  expect(events).toEqual([]);
  expect(problem).toEqual(expect.any(String));
});

describe('whatever a message holds', () => {
  const anything = fc.anything({ maxDepth: 4, withNullPrototype: true });
  const twisted = fc
    .tuple(
      fc.constantFrom(
        s3Event('b', 'k', { sequencer: '01' }),
        bridgeEvent('b', 'k'),
        throughSns(s3Event('b', 'k')),
      ),
      fc.array(fc.tuple(fc.nat(), fc.string()), { maxLength: 3 }),
      fc.jsonValue(),
      fc.nat(),
    )
    .map(([body, edits, value, at]) => {
      // Some value in it becomes another, then some characters do.
      let leaves = 0;
      const replaced = JSON.stringify(JSON.parse(body), (_, each: unknown) =>
        leaves++ === at % 40 ? value : each,
      );
      return edits.reduce(
        (text, [where, put]) =>
          text.slice(0, where % (text.length + 1)) + put + text.slice((where % (text.length + 1)) + 1),
        replaced ?? '',
      );
    });

  test('it is read without an exception', () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      anything.map((value) => {
        try {
          return JSON.stringify(value) ?? '';
        } catch {
          return '';
        }
      }),
      twisted,
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const { events, problem } = parseNotification(body);
        for (const { bucket, keys, sequencer } of events) {
          expect(bucket).not.toBe('');
          expect(keys.length).toBeGreaterThan(0);
          for (const key of keys) expect(key).not.toBe('');
          expect(['string', 'undefined']).toContain(typeof sequencer);
        }
        expect(problem).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });

  test('depth does no harm', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(parseNotification(deep).problem).toBeDefined();
    expect(parseNotification(`{"Records":[${deep}]}`).problem).toBeDefined();
  });

  test('a name of JavaScript itself is a name like any other', () => {
    const record = s3Record('__proto__', encodeKey('constructor'));
    expect(parseNotification(JSON.stringify({ Records: [record] })).events).toEqual([
      { bucket: '__proto__', keys: ['constructor'], sequencer: undefined },
    ]);
  });
});

import { describe, expect, test, vi } from 'vitest';
import { readReply } from '../../src/billing/read-reply.ts';

const START = Date.UTC(2023, 9, 26);
const ROW = {
  metric: 'ComputeCredit',
  startMs: START,
  endMs: START + 86_400_000,
  resourceID: 'id',
  resourceName: 'etl',
  resourceType: 'Workspace',
  ownerID: 'ann',
  value: 1.5,
  rawValue: '1.5',
};

describe('is read', () => {
  test.each([
    [
      'as the text of the API has it',
      {
        usage: [
          {
            startTime: '2023-10-26T00:00:00Z',
            endTime: '2023-10-27T00:00:00Z',
            resourceId: 'id',
            resourceName: 'etl',
            resourceType: 'Workspace',
            ownerId: 'ann',
            value: '1.5',
          },
        ],
      },
    ],
    [
      'with a capital and with times as Go prints them',
      {
        Usage: [
          {
            startTime: '2023-10-26 00:00:00 +0000 UTC',
            endTime: '2023-10-27 02:00:00 +0200 CEST',
            resourceID: 'id',
            resourceName: 'etl',
            resource_type: 'Workspace',
            ownerID: 'ann',
            value: 1.5,
          },
        ],
      },
    ],
  ])('%s', (_, bill) => {
    expect(readReply([{ metric: 'ComputeCredit', ...bill }], 'day')).toEqual({ rows: [ROW], problems: [] });
  });
});

test('a row without an end lasts as long as was asked for', () => {
  const usage = [{ startTime: '2023-10-01T00:00:00Z', value: '1' }];
  expect(readReply([{ metric: 'm', usage }], 'month').rows[0]?.endMs).toBe(Date.UTC(2023, 10, 1));
});

test('a row that cannot be read is told with its place, and the others count', () => {
  const good = { startTime: '2023-10-26T00:00:00Z', value: '2' };
  const usage = [{ ...good, value: '' }, good, { ...good, startTime: 'soon' }, { value: '1' }, null];
  const { rows, problems } = readReply([{ metric: 'm', usage }], 'day');
  expect(rows.map(({ value }) => value)).toEqual([2]);
  expect(problems).toEqual([
    'row 0 of billingUsage.0 (m) has no number as its value (none); it is left out',
    'row 2 of billingUsage.0 (m) has no time as its start (soon); it is left out',
    'row 3 of billingUsage.0 (m) has no time as its start (none); it is left out',
    'row 4 of billingUsage.0 (m) has no number as its value (none); it is left out',
  ]);
});

test.each([[undefined], [null], ['text'], [{}], [[]], [[null]], [[{ metric: 'm' }]]])(
  '%j is no usage',
  (reply) => {
    expect(readReply(reply, 'day')).toEqual({ rows: [], problems: [] });
  },
);

test.each([
  ['2023-10-26T00:00:00', START],
  ['2023-10-26 00:00:00', START],
  ['2023-10-26 00:00:00.5 UTC', START + 500],
  ['2023-10-26', START],
  ['2023-10-26T02:00+0200', START],
])('the time %s is read in UTC, wherever this machine is', (startTime, startMs) => {
  vi.stubEnv('TZ', 'America/New_York');
  try {
    const usage = [{ startTime, value: 1 }];
    expect(readReply([{ metric: 'm', usage }], 'day').rows).toMatchObject([{ startMs }]);
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each([
  ['25', '1'],
  ['Oct 26 2023', '1'],
  ['2023-13-26', '1'],
  ['2023-10-26', '0x10'],
  ['2023-10-26', '1,5'],
  ['2023-10-26', 'Infinity'],
  ['2023-10-26', '1e999'],
])('a row that starts at %s, with the value %s, is told and left out', (startTime, value) => {
  const read = readReply([{ metric: 'm', usage: [{ startTime, value }] }], 'day');
  expect(read).toMatchObject({ rows: [], problems: [expect.stringContaining('it is left out')] });
});

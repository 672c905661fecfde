import { expect, test } from 'vitest';
import type { ObjectEvent } from '../../../../src/sources/s3/queue/notifications.ts';
import { SeenEvents } from '../../../../src/sources/s3/queue/seen-events.ts';

const event = (sequencer: string | undefined, key = 'k', bucket = 'b'): ObjectEvent => ({
  bucket,
  keys: [key],
  sequencer,
});

test('an event that was looked after, and every earlier one of the object, was seen', () => {
  const seen = new SeenEvents();
  expect(seen.has(event('0055AED6DCD90281E5'))).toBe(false);
  seen.add(event('0055AED6DCD90281E5'));
  expect(seen.has(event('0055AED6DCD90281E5'))).toBe(true);
  expect(seen.has(event('0055aed6dcd90281e5'))).toBe(true);
  expect(seen.has(event('0055AED6DCD90281E4'))).toBe(true);
  expect(seen.has(event('0055AED6DCD90281E6'))).toBe(false);
});

test('a late one does not take the place of a newer one', () => {
  const seen = new SeenEvents();
  seen.add(event('09'));
  seen.add(event('03'));
  expect(seen.has(event('07'))).toBe(true);
});

test('nothing is said of other objects, of events without an order, and of numbers of another length', () => {
  const seen = new SeenEvents();
  seen.add(event('09'));
  seen.add(event(undefined));
  expect(seen.has(event('01', 'other'))).toBe(false);
  expect(seen.has(event('01', 'k', 'other'))).toBe(false);
  expect(seen.has(event(undefined))).toBe(false);
  expect(seen.has(event('001'))).toBe(false);
  expect(seen.has(event('1'))).toBe(false);
});

test('the objects that were heard of least recently are forgotten', () => {
  const seen = new SeenEvents(2);
  seen.add(event('01', 'a'));
  seen.add(event('01', 'b'));
  seen.add(event('02', 'a'));
  seen.add(event('01', 'c'));
  expect(['a', 'b', 'c'].map((key) => seen.has(event('01', key)))).toEqual([true, false, true]);
});

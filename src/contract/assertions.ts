import { AssertionError, fail } from 'node:assert/strict';
import { isSyncError, type SyncError, type SyncErrorOptions } from '../model/errors.ts';

/** What a promise rejects with. An AssertionError where it resolves. */
export async function rejectionOf(promise: Promise<unknown>, what: string): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return fail(`${what} should have been refused`);
}

type Expected = Pick<SyncError, 'code'> & Pick<SyncErrorOptions, 'verdict' | 'fact' | 'operation'>;

/** It is a SyncError that says this; whatever else it is becomes the cause of the AssertionError. */
export function assertSyncError(
  error: unknown,
  expected: Partial<Expected>,
  what: string,
): asserts error is SyncError {
  if (!isSyncError(error))
    throw failed(`${what} should reject with a SyncError, and did with ${String(error)}`, error);
  const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, error[key as keyof Expected]]));
  const differ = Object.entries(expected).some(([key, value]) => actual[key] !== value);
  if (differ)
    throw failed(`${what}: an error that says ${said(expected)} was expected, not ${said(actual)}`, error);
}

/** Bytes are compared here: a failure that prints megabytes is read by nobody. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) === 0) return;
  if (actual.byteLength !== expected.byteLength)
    fail(`${what}: ${actual.byteLength} bytes came instead of ${expected.byteLength}`);
  const at = expected.findIndex((byte, place) => actual[place] !== byte);
  fail(`${what}: other bytes came, from byte ${at} on`);
}

/** An AssertionError with the error that led to it. */
export function failed(message: string, cause: unknown): AssertionError {
  const error = new AssertionError({ message });
  error.cause = cause;
  return error;
}

const said = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');

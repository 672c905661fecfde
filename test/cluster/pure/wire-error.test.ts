import { expect, test } from 'vitest';
import { fromWireError, toWireError } from '../../../src/cluster/queue/wire/wire-error.ts';
import { SyncError } from '../../../src/model/errors.ts';

test('what ends a run because of a worker begins with its name: its token is not that of the run', () => {
  const refused = new SyncError('stage_unauthorised', 'the token is not accepted', {
    verdict: 'end_run',
    fact: 'unauthorised',
  });
  const error = fromWireError(toWireError(refused), 'queue-a-12ab');
  expect(error.message).toBe('worker queue-a-12ab: the token is not accepted');
  expect(error).toMatchObject({ code: 'stage_unauthorised', verdict: 'end_run', fact: 'unauthorised' });
  expect(error.details).toMatchObject({ worker: 'queue-a-12ab' });
});

test('a message that names the worker is left as it is', () => {
  const wire = toWireError(new SyncError('config', 'no worker can; w1 says: no', { verdict: 'end_run' }));
  expect(fromWireError(wire, 'w1').message).toBe('no worker can; w1 says: no');
});

test('what is wrong with a file has the same message whoever sent it, so that one cause is told once', () => {
  const large = new SyncError('stage_too_large', (name) => `${name} is too large`, {
    verdict: 'skip_entry',
    path: 'in/a',
  });
  const errors = ['w1', 'w2'].map((worker) => fromWireError(toWireError(large), worker));
  expect(errors.map(({ besidePath }) => besidePath)).toEqual(['it is too large', 'it is too large']);
  expect(errors.map(({ details }) => details['worker'])).toEqual(['w1', 'w2']);
});

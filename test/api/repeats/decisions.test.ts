import { describe, expect, test } from 'vitest';
import { creation } from '../../../src/api/repeats/creations.ts';
import type { LookUp, Seen } from '../../../src/api/repeats/look-up.ts';
import { removal } from '../../../src/api/repeats/removals.ts';
import { transition } from '../../../src/api/repeats/transitions.ts';
import { workspaces } from '../../../src/api/resources/workspaces.ts';

const look = () => ({ operation: workspaces.get, input: { workspaceID: 'w' } });
const input = { workspaceID: 'w' };
const decide = (made: LookUp, seen: Partial<Seen>) =>
  made.decide({ input, shown: undefined, before: undefined, inDoubt: false, ...seen }).is;

describe('what follows from a look, of a resume', () => {
  const resume = transition({ look, target: 'ACTIVE', idKey: 'workspaceID' });

  test.each<[string, string | undefined, boolean, string]>([
    ['is sent', 'SUSPENDED', false, 'send'],
    ['is sent where something is under way that may be another thing', 'PENDING', false, 'send'],
    ['is done where it is reached', 'active', false, 'done'],
    ['cannot be done', 'TERMINATED', false, 'refused'],
    ['is left to the service where nothing is there', undefined, false, 'send'],
    ['is on its way after a lost reply', 'PENDING', true, 'done'],
    ['is on its way by a word that nobody knows', 'Hydrating', true, 'done'],
    ['did not happen', 'SUSPENDED', true, 'send'],
    ['did not happen, to something that failed', 'FAILED', true, 'send'],
  ])('%s', (_, state, inDoubt, is) => {
    expect(decide(resume, { shown: state === undefined ? undefined : { state }, inDoubt })).toBe(is);
  });

  test('that asks for more than the state is sent once even where it is reached', () => {
    const more = { ...input, body: { disableAutoSuspend: true } };
    expect(decide(resume, { input: more, shown: { state: 'ACTIVE' } })).toBe('send');
    expect(decide(resume, { input: more, shown: { state: 'ACTIVE' }, inDoubt: true })).toBe('done');
  });
});

describe('what follows from a look, of a creation', () => {
  const named = creation({ look, kind: 'workspace', idKey: 'workspaceID' });
  const asked = { body: { name: 'etl' } };
  const old = { workspaceID: 'old', name: 'etl', state: 'ACTIVE' };
  const ours = { workspaceID: 'new', name: 'etl', state: 'PENDING' };

  test.each<[string, Partial<Seen>, string]>([
    ['is sent where the name is free', { shown: [{ ...old, name: 'web' }] }, 'send'],
    ['is refused where the name is taken', { shown: [old] }, 'refused'],
    [
      'is sent where it was the name of something terminated',
      { shown: [{ ...old, state: 'Terminated' }] },
      'send',
    ],
    ['is done where there is one that was not there', { shown: [ours], before: [], inDoubt: true }, 'done'],
    ['is sent again where there is none', { shown: [], before: [], inDoubt: true }, 'send'],
    ['takes nothing that was there for ours', { shown: [old], before: [old], inDoubt: true }, 'send'],
  ])('%s', (_, seen, is) => {
    expect(decide(named, { input: asked, ...seen })).toBe(is);
  });

  test('of something that may exist twice is never refused for what is there', () => {
    const twice = creation({ look, kind: 'connection', idKey: 'id', same: ['allowList'], repeatable: true });
    const row = { id: 'old', allowList: '1', status: 'ACTIVE' };
    const one = { body: { allowList: '1' } };
    expect(decide(twice, { input: one, shown: [row] })).toBe('send');
    const shown = [row, { ...row, id: 'new' }];
    expect(twice.decide({ input: one, shown, before: [row], inDoubt: true })).toMatchObject({
      is: 'done',
      reply: { id: 'new' },
    });
  });
});

test('a removal is done where its thing is gone or has ended, and is sent again where it has not', () => {
  const gone = removal({ look, reply: ({ workspaceID }) => ({ workspaceID }) });
  expect(gone.decide({ input, shown: undefined, before: undefined, inDoubt: true })).toEqual({
    is: 'done',
    reply: { workspaceID: 'w' },
  });
  expect(decide(gone, { shown: { state: 'TERMINATED' }, inDoubt: true })).toBe('done');
  expect(decide(gone, { shown: { status: 'deleted' }, inDoubt: true })).toBe('done');
  expect(decide(gone, { shown: { state: 'ACTIVE' }, inDoubt: true })).toBe('send');
});

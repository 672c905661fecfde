import { expect, test } from 'vitest';
import { clusters } from '../../src/api/resources/clusters.ts';
import { projects } from '../../src/api/resources/projects.ts';
import { secrets } from '../../src/api/resources/secrets.ts';
import { starters } from '../../src/api/resources/starters.ts';
import { workspaceGroups } from '../../src/api/resources/workspace-groups.ts';
import { workspaces } from '../../src/api/resources/workspaces.ts';

/** Each field that a reply may have, null, but for the ID. */
const nothingBut = (shape: Readonly<Record<string, unknown>>, idKey: string): object => ({
  ...Object.fromEntries(Object.keys(shape).map((key) => [key, null])),
  [idKey]: 'an-id',
});

test.each([
  ['workspaceID', workspaces.list.reply],
  ['workspaceGroupID', workspaceGroups.list.reply],
  ['clusterID', clusters.list.reply],
  ['virtualWorkspaceID', starters.list.reply],
  ['projectID', projects.list.reply],
])('of a list, what has nothing but its %s hides no other', (idKey, reply) => {
  const rows = [
    nothingBut(reply.element.shape, idKey),
    { [idKey]: 'b' },
    { [idKey]: 'c', name: 'n', state: 'ACTIVE' },
  ];
  const read: readonly object[] = reply.parse(rows);
  expect(read).toMatchObject([
    { [idKey]: 'an-id', name: '' },
    { [idKey]: 'b', name: '' },
    { [idKey]: 'c', name: 'n' },
  ]);
});

test('so it is with secrets, and with what became of databases', () => {
  expect(secrets.list.reply.parse({ secrets: [{ secretID: 'a', name: null }] })).toMatchObject([
    { name: '' },
  ]);
  const resumed = { workspaceID: 'w', resumeAttachments: [null, { database: null, success: true }] };
  expect(workspaces.get.reply.parse(resumed)).toMatchObject({ resumeAttachments: [{ database: '' }] });
});

test('a window without its hour is none', () => {
  const group = { workspaceGroupID: 'g', updateWindow: { day: 1, hour: null } };
  expect(workspaceGroups.get.reply.parse(group).updateWindow).toBeUndefined();
});

test('where a few fields are asked for, no other is made up', () => {
  expect(workspaces.get.reply.partial().parse({ state: 'ACTIVE' })).toEqual({ state: 'ACTIVE' });
});

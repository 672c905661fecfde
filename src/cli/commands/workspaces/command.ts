import type { ArgumentRow, Noun, Verb } from '../../management/noun.ts';
import {
  COMPUTE_SETTINGS,
  FOR_STATE,
  IF_EXISTS,
  IF_NOT_EXISTS,
  READY,
} from '../../management/shared-rows.ts';

const NAME: ArgumentRow = ['<name>', 'a name, GROUP/NAME, or an ID'];

const list: Verb = {
  name: 'list',
  summary: 'list workspaces, of all groups or of one',
  flags: [
    { flag: '--group <group>', help: 'only those of this group, by name or ID' },
    { flag: '--include-terminated', help: 'also those that are no more' },
  ],
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listWorkspaces,
};

const get: Verb = {
  name: 'get',
  summary: 'show a workspace',
  arguments: [NAME],
  flags: [{ flag: '--include-terminated', help: 'also one that is no more' }],
  takes: ['row'],
  work: async () => (await import('./look.ts')).getWorkspace,
};

const create: Verb = {
  name: 'create',
  summary: 'make a workspace, and wait until it is there',
  description:
    'Make a workspace in a group, and wait until it is ACTIVE. Prints its ID, its endpoint, and the address of its Stage.',
  arguments: [['<name>', 'its name, which is its own within the group and never changes']],
  flags: [
    { flag: '--group <group>', help: 'the group it is in, by name or ID (SINGLESTOREDB_WORKSPACE_GROUP)' },
    ...COMPUTE_SETTINGS,
    READY,
    IF_NOT_EXISTS,
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./create.ts')).createWorkspace,
};

const update: Verb = {
  name: 'update',
  summary: 'change the size or a setting of a workspace',
  description:
    'Change the size or a setting of a workspace. Shows the old and the new, and waits until it is so.',
  arguments: [NAME],
  flags: [
    ...COMPUTE_SETTINGS,
    {
      flag: '--deployment-type <type>',
      help: 'its class',
      choices: ['PRODUCTION', 'NON-PRODUCTION'],
    },
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./update.ts')).updateWorkspace,
};

const suspend: Verb = {
  name: 'suspend',
  summary: 'suspend a workspace: it costs no compute, and keeps its data',
  arguments: [NAME],
  flags: [],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./transitions.ts')).suspendWorkspace,
};

const resume: Verb = {
  name: 'resume',
  summary: 'wake a suspended workspace',
  description: 'Wake a suspended workspace. Says which databases could not be attached.',
  arguments: [NAME],
  flags: [{ flag: '--no-auto-suspend', help: 'and turn its auto-suspend off' }, READY],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./transitions.ts')).resumeWorkspace,
};

const terminate: Verb = {
  name: 'terminate',
  summary: 'end a workspace for good; to save money, suspend it',
  description:
    'End a workspace for good: it cannot be brought back. Its databases are detached and stay with the group. To save money for a while, suspend it instead.',
  arguments: [NAME],
  flags: [IF_EXISTS],
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./transitions.ts')).terminateWorkspace,
};

const wait: Verb = {
  name: 'wait',
  summary: 'wait until a workspace is in a state',
  arguments: [NAME],
  flags: [FOR_STATE, READY],
  takes: ['row', 'patience'],
  work: async () => (await import('./transitions.ts')).waitForWorkspace,
};

export const workspaces: Noun = {
  name: 'workspaces',
  verbs: [list, get, create, update, suspend, resume, terminate, wait],
  examples: `  stagesync workspaces create etl --local                try it: no account needed
  stagesync workspaces create etl --group prod --size S-1 --auto-suspend 20m
  stagesync workspaces update prod/etl --size S-2
  stagesync workspaces list --json | jq .name`,
};

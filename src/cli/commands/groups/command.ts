import type { ArgumentRow, FlagRow, Noun, Verb } from '../../management/noun.ts';
import { DEPLOYMENT_SETTINGS, IF_EXISTS, IF_NOT_EXISTS } from '../../management/shared-rows.ts';

const NAME: ArgumentRow = ['<name>', 'a name or an ID'];

/** What can be given at the beginning and changed later. */
const SETTINGS: readonly FlagRow[] = [
  ...DEPLOYMENT_SETTINGS,
  {
    flag: '--password-file <file>',
    help: 'read the password of the user admin from this file; - asks for it, or reads stdin',
  },
  {
    flag: '--password-out <file>',
    help: 'write a password that the service made into this new file, for its owner alone',
  },
];

const list: Verb = {
  name: 'list',
  summary: 'list workspace groups',
  flags: [{ flag: '--include-terminated', help: 'also those that are no more' }],
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listGroups,
};

const get: Verb = {
  name: 'get',
  summary: 'show a workspace group',
  arguments: [NAME],
  flags: [{ flag: '--include-terminated', help: 'also one that is no more' }],
  takes: ['row'],
  work: async () => (await import('./look.ts')).getGroup,
};

const create: Verb = {
  name: 'create',
  summary: 'make a workspace group, and wait until it is there',
  description:
    'Make a workspace group in a region, and wait until it is ACTIVE. Without --firewall or --allow-all nobody may connect. Where no password is given, the service makes one: it is printed once.',
  arguments: [['<name>', 'its name']],
  flags: [
    {
      flag: '--region <region>',
      help: 'where, by name or ID; "stagesync regions list" shows them',
      isRequired: true,
    },
    ...SETTINGS,
    { flag: '--project <id>', help: 'the project it belongs to' },
    IF_NOT_EXISTS,
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./create.ts')).createGroup,
};

const update: Verb = {
  name: 'update',
  summary: 'change the name or a setting of a workspace group',
  description:
    'Change the name or a setting of a workspace group. Shows the old and the new. --firewall takes the place of all ranges.',
  arguments: [NAME],
  flags: [{ flag: '--name <name>', help: 'another name' }, ...SETTINGS],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./update.ts')).updateGroup,
};

const terminate: Verb = {
  name: 'terminate',
  summary: 'end a workspace group for good, with its data',
  description:
    'End a workspace group for good: its databases and its Stage are lost. One that has workspaces needs --force.',
  arguments: [NAME],
  flags: [{ flag: '--force', help: 'also where it has workspaces, which end with it' }, IF_EXISTS],
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./transitions.ts')).terminateGroup,
};

const wait: Verb = {
  name: 'wait',
  summary: 'wait until a workspace group is in a state',
  arguments: [NAME],
  flags: [
    { flag: '--for <state>', help: 'active, terminated, or any word of the service', isRequired: true },
  ],
  takes: ['row', 'patience'],
  work: async () => (await import('./transitions.ts')).waitForGroup,
};

export const groups: Noun = {
  name: 'groups',
  verbs: [list, get, create, update, terminate, wait],
  examples: `  stagesync groups list --local                          try it: no account needed
  stagesync groups create prod --region us-east-1 --firewall 192.0.2.0/24 --password-out admin.txt
  stagesync groups update prod --expires 8h
  stagesync groups terminate prod --force`,
};

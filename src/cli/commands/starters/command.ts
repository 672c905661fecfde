import type { ArgumentRow, FlagRow, Noun, Verb } from '../../management/noun.ts';
import { IF_EXISTS, IF_NOT_EXISTS } from '../../management/shared-rows.ts';

const NAME: ArgumentRow = ['<name>', 'a name or an ID'];
const PASSWORDS: readonly FlagRow[] = [
  {
    flag: '--password-file <file>',
    help: 'read the password from this file; - asks for it, or reads stdin',
  },
  {
    flag: '--password-out <file>',
    help: 'write a password that the service made into this new file, for its owner alone',
  },
];

const list: Verb = {
  name: 'list',
  summary: 'list starter workspaces',
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listStarters,
};

const get: Verb = {
  name: 'get',
  summary: 'show a starter workspace',
  arguments: [NAME],
  takes: ['row'],
  work: async () => (await import('./look.ts')).getStarter,
};

const create: Verb = {
  name: 'create',
  summary: 'make a starter workspace, and wait until it is there',
  arguments: [['<name>', 'its name']],
  flags: [
    { flag: '--database <name>', help: 'the one database it has', isRequired: true },
    { flag: '--provider <name>', help: 'AWS, GCP or Azure' },
    { flag: '--region <name>', help: 'as the provider calls it: us-east-1' },
    IF_NOT_EXISTS,
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./changes.ts')).createStarter,
};

const terminate: Verb = {
  name: 'terminate',
  summary: 'end a starter workspace for good, with its data',
  arguments: [NAME],
  flags: [IF_EXISTS],
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./changes.ts')).terminateStarter,
};

const createUser: Verb = {
  name: 'create-user',
  summary: 'make a user of a starter workspace',
  description:
    'Make a user of a starter workspace. Without --password-file the service makes a password, which is shown once.',
  arguments: [NAME, ['<user>', 'the name of the user']],
  flags: PASSWORDS,
  takes: ['row', 'change'],
  work: async () => (await import('./users.ts')).createUser,
};

const setPassword: Verb = {
  name: 'set-password',
  summary: 'give a user another password',
  arguments: [NAME, ['<user-id>', 'the ID of the user']],
  flags: [{ ...PASSWORDS[0]!, isRequired: true }],
  takes: ['row', 'change'],
  work: async () => (await import('./users.ts')).setPassword,
};

const deleteUser: Verb = {
  name: 'delete-user',
  summary: 'delete a user of a starter workspace',
  arguments: [NAME, ['<user-id>', 'the ID of the user']],
  takes: ['row', 'change'],
  work: async () => (await import('./users.ts')).deleteUser,
};

export const starters: Noun = {
  name: 'starters',
  verbs: [list, get, create, terminate, createUser, setPassword, deleteUser],
  examples: `  stagesync starters list
  stagesync starters create demo --provider AWS --region us-east-1 --database shop
  stagesync starters create-user demo ada --password-out ada.txt`,
};

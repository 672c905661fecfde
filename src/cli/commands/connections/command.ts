import type { ArgumentRow, FlagRow, Noun, Verb } from '../../management/noun.ts';

const ID: ArgumentRow = ['<id>', 'the ID of a private connection'];
const WORKSPACE: ArgumentRow = ['<workspace>', 'a workspace: a name, GROUP/NAME, or an ID'];
const GROUP: FlagRow = { flag: '--group <group>', help: 'a workspace group, by name or ID' };
const ALLOW_LIST: FlagRow = {
  flag: '--allow-list <account>',
  help: 'who may connect: an AWS account, an Azure subscription or a Google project',
};

const list: Verb = {
  name: 'list',
  summary: 'list the private connections of a group or a workspace',
  flags: [GROUP, { flag: '--workspace <workspace>', help: 'a workspace, by name or ID' }],
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listConnections,
};

const get: Verb = {
  name: 'get',
  summary: 'show a private connection',
  arguments: [ID],
  takes: ['row'],
  work: async () => (await import('./look.ts')).getConnection,
};

const create: Verb = {
  name: 'create',
  summary: 'make a private connection, and wait until it is there',
  flags: [
    { ...GROUP, isRequired: true },
    { flag: '--workspace <workspace>', help: 'the workspace in it that is connected' },
    { flag: '--type <type>', help: 'its direction', choices: ['INBOUND', 'OUTBOUND'] },
    { flag: '--service-name <name>', help: 'the service that is connected to' },
    ALLOW_LIST,
    { flag: '--kai-endpoint <id>', help: 'the VPC endpoint of AWS, for Kai' },
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./changes.ts')).createConnection,
};

const update: Verb = {
  name: 'update',
  summary: 'change who may connect',
  arguments: [ID],
  flags: [{ ...ALLOW_LIST, isRequired: true }],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./changes.ts')).updateConnection,
};

const remove: Verb = {
  name: 'delete',
  summary: 'delete a private connection',
  arguments: [ID],
  flags: [{ flag: '--if-exists', help: 'where there is none of that ID, succeed' }],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./changes.ts')).deleteConnection,
};

const kai: Verb = {
  name: 'kai',
  summary: 'show what a private connection to Kai needs',
  arguments: [WORKSPACE],
  takes: ['row'],
  work: async () => (await import('./look.ts')).showKai,
};

const outbound: Verb = {
  name: 'outbound',
  summary: 'list the accounts that outbound connections have to allow',
  arguments: [WORKSPACE],
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listOutbound,
};

export const connections: Noun = {
  name: 'connections',
  verbs: [list, get, create, update, remove, kai, outbound],
  examples: `  stagesync connections list --group prod
  stagesync connections create --group prod --type INBOUND --allow-list 123456789012
  stagesync connections delete ID --if-exists`,
};

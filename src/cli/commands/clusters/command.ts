import {
  addressRange,
  autoSuspend,
  cacheConfig,
  expiry,
  updateWindow,
  workspaceSize,
} from '../../flags/management-values.ts';
import type { ArgumentRow, FlagRow, Noun, Verb } from '../../management/noun.ts';

const NAME: ArgumentRow = ['<name>', 'a name or an ID'];

/** What can be given at the beginning and changed later. */
const SETTINGS: readonly FlagRow[] = [
  { flag: '--size <size>', help: 'S-00, S-1, S-2 and so on', read: workspaceSize },
  { flag: '--cache <n>', help: 'the size of the cache, as a multiple: 1, 2 or 4', read: cacheConfig },
  {
    flag: '--auto-suspend <when>',
    help: '20m (after 20 minutes without use), at:8h (in 8 hours) or off',
    read: autoSuspend,
  },
  { flag: '--kai', help: 'with the MongoDB interface, Kai' },
  {
    flag: '--firewall <range>',
    help: 'addresses that may connect, like 192.0.2.0/24; repeatable',
    read: addressRange,
    isList: true,
  },
  { flag: '--allow-all', help: 'any address may connect' },
  {
    flag: '--expires <when>',
    help: 'end by itself, with all data: 3h30m, a date or a time',
    read: expiry,
  },
  { flag: '--window <day:hour>', help: 'when it is updated, in UTC: tue:01', read: updateWindow },
  { flag: '--deployment-type <type>', help: 'its class', choices: ['PRODUCTION', 'NON-PRODUCTION'] },
];

const INCLUDE_TERMINATED: FlagRow = { flag: '--include-terminated', help: 'also those that are no more' };
const READY: FlagRow = {
  flag: '--ready <what>',
  help: 'also wait until its endpoint answers',
  choices: ['sql'],
};

const list: Verb = {
  name: 'list',
  summary: 'list clusters',
  flags: [INCLUDE_TERMINATED],
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listClusters,
};

const get: Verb = {
  name: 'get',
  summary: 'show a cluster',
  arguments: [NAME],
  flags: [INCLUDE_TERMINATED],
  takes: ['row'],
  work: async () => (await import('./look.ts')).getCluster,
};

const create: Verb = {
  name: 'create',
  summary: 'make a cluster, and wait until it is there',
  description:
    'Make a cluster in a project, and wait until it is ACTIVE. Its password is made by the service, and printed once.',
  arguments: [['<name>', 'its name: small letters, digits and hyphens; it never changes']],
  flags: [
    { flag: '--project <project>', help: 'the project it belongs to, by name or ID (default: the only one)' },
    { flag: '--provider <name>', help: 'AWS, GCP or Azure', isRequired: true },
    { flag: '--region <name>', help: 'as the provider calls it: us-east-1', isRequired: true },
    ...SETTINGS,
    { flag: '--multi-az', help: 'in several zones' },
    READY,
    { flag: '--if-not-exists', help: 'where there is one of that name, succeed and show it' },
    {
      flag: '--password-out <file>',
      help: 'write the password that the service made into this new file, for its owner alone',
    },
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./create.ts')).createCluster,
};

const update: Verb = {
  name: 'update',
  summary: 'change the size or a setting of a cluster',
  description:
    'Change the size or a setting of a cluster. Shows the old and the new, and waits until it is so.',
  arguments: [NAME],
  flags: SETTINGS,
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./update.ts')).updateCluster,
};

const suspend: Verb = {
  name: 'suspend',
  summary: 'suspend a cluster: it costs no compute, and keeps its data',
  arguments: [NAME],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./transitions.ts')).suspendCluster,
};

const resume: Verb = {
  name: 'resume',
  summary: 'wake a suspended cluster',
  arguments: [NAME],
  flags: [{ flag: '--no-auto-suspend', help: 'and turn its auto-suspend off' }, READY],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./transitions.ts')).resumeCluster,
};

const terminate: Verb = {
  name: 'terminate',
  summary: 'end a cluster for good, with its data; to save money, suspend it',
  arguments: [NAME],
  flags: [{ flag: '--if-exists', help: 'where there is none of that name, succeed' }],
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./transitions.ts')).terminateCluster,
};

const wait: Verb = {
  name: 'wait',
  summary: 'wait until a cluster is in a state',
  arguments: [NAME],
  flags: [
    {
      flag: '--for <state>',
      help: 'active, suspended, terminated, or any word of the service',
      isRequired: true,
    },
    READY,
  ],
  takes: ['row', 'patience'],
  work: async () => (await import('./transitions.ts')).waitForCluster,
};

export const clusters: Noun = {
  name: 'clusters',
  verbs: [list, get, create, update, suspend, resume, terminate, wait],
  examples: `  stagesync clusters list
  stagesync clusters create etl --provider AWS --region us-east-1 --size S-1 --auto-suspend 20m
  stagesync clusters suspend etl                         costs no compute, keeps its data
  stagesync clusters resume etl --ready sql`,
};

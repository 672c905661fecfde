import type { ArgumentRow, FlagRow, Noun, Verb } from '../../management/noun.ts';
import {
  COMPUTE_SETTINGS,
  DEPLOYMENT_SETTINGS,
  FOR_STATE,
  IF_EXISTS,
  IF_NOT_EXISTS,
  READY,
} from '../../management/shared-rows.ts';

const NAME: ArgumentRow = ['<name>', 'a name or an ID'];

/** What can be given at the beginning and changed later. */
const SETTINGS = [...COMPUTE_SETTINGS, ...DEPLOYMENT_SETTINGS];

const INCLUDE_TERMINATED: FlagRow = { flag: '--include-terminated', help: 'also those that are no more' };

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
    IF_NOT_EXISTS,
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
  flags: [IF_EXISTS],
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./transitions.ts')).terminateCluster,
};

const wait: Verb = {
  name: 'wait',
  summary: 'wait until a cluster is in a state',
  arguments: [NAME],
  flags: [FOR_STATE, READY],
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

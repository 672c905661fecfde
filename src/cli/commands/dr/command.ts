import type { FlagRow, Noun, Verb } from '../../management/noun.ts';

/** Every verb is about one group. */
const WHICH: readonly FlagRow[] = [
  { flag: '--group <group>', help: 'a workspace group, by name or ID' },
  { flag: '--workspace <workspace>', help: 'the group of this workspace' },
];

const regions: Verb = {
  name: 'regions',
  summary: 'list the regions that a group can be replicated to',
  flags: WHICH,
  takes: ['rows'],
  work: async () => (await import('./look.ts')).listStandbyRegions,
};

const status: Verb = {
  name: 'status',
  summary: 'show how far replication, or the latest move, has come',
  flags: [...WHICH, { flag: '--watch', help: 'show it again and again, until Ctrl-C' }],
  takes: ['row'],
  work: async () => (await import('./look.ts')).showStatus,
};

const setup: Verb = {
  name: 'setup',
  summary: 'replicate databases to another region, and wait until they are there',
  flags: [
    ...WHICH,
    { flag: '--to <region>', help: 'the other region, by name or ID', isRequired: true },
    { flag: '--database <name>', help: 'a database; repeatable', isList: true, isRequired: true },
  ],
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./changes.ts')).setUp,
};

const failover: Verb = {
  name: 'failover',
  summary: 'move a group to its other region',
  description:
    'Move a group to its other region, after the primary one was lost. The group is the one in the primary region.',
  flags: WHICH,
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./changes.ts')).failOver,
};

const failback: Verb = {
  name: 'failback',
  summary: 'move a group back to its primary region',
  description: 'Move a group back to its primary region. The group is the one in the standby region.',
  flags: WHICH,
  takes: ['row', 'change', 'wait', 'confirm'],
  work: async () => (await import('./changes.ts')).failBack,
};

const preProvision: Verb = {
  name: 'pre-provision',
  summary: 'build the compute of the other region ahead, or take it down',
  arguments: [['<action>', 'start or stop']],
  flags: WHICH,
  takes: ['row', 'change', 'wait'],
  work: async () => (await import('./changes.ts')).preProvision,
};

export const dr: Noun = {
  name: 'dr',
  verbs: [regions, status, setup, failover, failback, preProvision],
  examples: `  stagesync dr regions --group prod                      where a copy may be
  stagesync dr setup --group prod --to us-west-2 --database shop
  stagesync dr status --group prod --watch`,
};

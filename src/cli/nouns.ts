import type { CommandRow } from './context.ts';
import type { NounSummary } from './management/noun.ts';

/** The nouns of the Management API, in the order of the help text. */
export const NOUNS: readonly NounSummary[] = [
  {
    name: 'workspaces',
    singular: 'workspace',
    summary: 'make, resize, suspend, wake and end workspaces',
    load: async () => (await import('./commands/workspaces/command.ts')).workspaces,
  },
  {
    name: 'groups',
    singular: 'group',
    summary: 'make, change and end the groups that workspaces are in',
    load: async () => (await import('./commands/groups/command.ts')).groups,
  },
  {
    name: 'clusters',
    singular: 'cluster',
    summary: 'clusters of API version 2: a group and its workspace in one',
    load: async () => (await import('./commands/clusters/command.ts')).clusters,
  },
  {
    name: 'starters',
    singular: 'starter',
    summary: 'starter workspaces, of the free tier',
    load: async () => (await import('./commands/starters/command.ts')).starters,
  },
  {
    name: 'billing',
    singular: 'bill',
    summary: 'what workspaces and their storage cost',
    load: async () => (await import('./commands/billing/command.ts')).billing,
  },
  {
    name: 'metrics',
    singular: 'metric',
    summary: 'what a workspace group measures',
    load: async () => (await import('./commands/metrics/command.ts')).metrics,
  },
  {
    name: 'connections',
    singular: 'connection',
    summary: 'private connections to workspaces',
    load: async () => (await import('./commands/connections/command.ts')).connections,
  },
  {
    name: 'dr',
    singular: 'disaster-recovery',
    summary: 'replicate a group to another region, and move it there',
    load: async () => (await import('./commands/dr/command.ts')).dr,
  },
  {
    name: 'secrets',
    singular: 'secret',
    summary: 'secrets of the organization, for notebooks and jobs',
    load: async () => (await import('./commands/secrets/command.ts')).secrets,
  },
  {
    name: 'regions',
    singular: 'region',
    summary: 'where workspace groups can be made',
    load: async () => (await import('./commands/regions/command.ts')).regions,
  },
  {
    name: 'organization',
    singular: 'org',
    summary: 'the organization that the token belongs to',
    load: async () => (await import('./commands/organization/command.ts')).organization,
  },
];

/** The same as rows of the table of commands. */
export const NOUN_ROWS: readonly CommandRow[] = NOUNS.map((noun) => ({
  name: noun.name,
  alias: noun.singular,
  group: 'account',
  summary: noun.summary,
  async load() {
    const [{ nounCommand }, loaded] = await Promise.all([
      import('./management/declare-noun.ts'),
      noun.load(),
    ]);
    return nounCommand(loaded);
  },
}));

import type { Noun } from '../../management/noun.ts';

export const metrics: Noun = {
  name: 'metrics',
  verbs: [],
  alone: {
    name: 'metrics',
    summary: 'print what a workspace group measures, as OpenMetrics',
    description:
      'Print what a workspace group measures, as OpenMetrics text, for Prometheus and the like. With --watch: the few that matter, again and again.',
    arguments: [['<group>', 'a workspace group: a name or an ID']],
    flags: [{ flag: '--watch', help: 'show what matters of each workspace, until Ctrl-C' }],
    takes: [],
    work: async () => (await import('./show-metrics.ts')).showMetrics,
  },
  examples: `  stagesync metrics my-group                             all values, as OpenMetrics
  stagesync metrics my-group --watch                     the few that matter, again and again
  stagesync metrics my-group > metrics.txt`,
};

import type { Noun } from '../../management/noun.ts';

export const regions: Noun = {
  name: 'regions',
  verbs: [
    {
      name: 'list',
      summary: 'list the regions that are open to the organization',
      flags: [{ flag: '--provider <name>', help: 'only those of AWS, GCP or Azure' }],
      takes: ['rows'],
      work: async () => (await import('./list-regions.ts')).listRegions,
    },
  ],
  examples: `  stagesync regions list --local                         try it: no account needed
  stagesync regions list --provider AWS
  stagesync regions list --json | jq -r .regionName`,
};

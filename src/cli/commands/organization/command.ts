import type { Noun } from '../../management/noun.ts';

export const organization: Noun = {
  name: 'organization',
  verbs: [
    {
      name: 'show',
      summary: 'show the organization that the token belongs to',
      takes: ['row'],
      work: async () => (await import('./show-organization.ts')).showOrganization,
    },
  ],
  examples: `  stagesync organization show --local                    try it: no account needed
  stagesync organization show
  stagesync organization show --json | jq -r .name`,
};

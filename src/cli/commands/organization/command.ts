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
};

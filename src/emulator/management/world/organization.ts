/** The one organization of the embedded service, and its one project at the start. */
export const ORGANIZATION = {
  orgID: '5f2c9d1e-8a47-4b36-b0d2-6e1f3a9c7b54',
  name: 'embedded',
  firewallRanges: [],
};

/** Who owns everything, where a reply names a person. */
export const OWNER = 'b7e3c1a9-4d52-4f86-9a0e-2c8d6f1b3e97';

export const PROJECT = {
  projectID: '8d3f6b20-1c5e-4a97-8b4d-2f7e9c1a6d05',
  name: 'default',
  edition: 'STANDARD',
  createdAt: '2026-01-01T00:00:00Z',
};

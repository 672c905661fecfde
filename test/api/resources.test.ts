import { expect, test } from 'vitest';
import { openApiConnection } from '../../src/api/connection.ts';
import { listDeployments } from '../../src/api/deployments/list-deployments.ts';
import { currentOrganization } from '../../src/api/resources/organizations.ts';
import { listRegions } from '../../src/api/resources/regions.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const start = useEmulators();
const call = { signal: new AbortController().signal };

test('what the embedded Management API has, all over one connection', async () => {
  const emulator = await start({ deployments: ['one'] });
  await using api = await openApiConnection({ baseUrl: emulator.url, token: emulator.token, concurrency: 1 });
  expect(await currentOrganization(api, call)).toMatchObject({ name: 'embedded', firewallRanges: [] });
  const regions = await listRegions(api, call);
  expect(regions.slice(0, 3).map(({ provider, regionName }) => [provider, regionName])).toEqual([
    ['AWS', 'us-east-1'],
    ['GCP', 'us-central1'],
    ['Azure', 'eastus'],
  ]);
  expect(await listDeployments(api, call)).toMatchObject([{ name: 'one', kind: 'workspace_group' }]);
  expect(await listDeployments(api, { ...call, version: 'v2' })).toMatchObject([{ kind: 'cluster' }]);
  expect(api.requests).toEqual({ GET: 5, POST: 0, PUT: 0, PATCH: 0, DELETE: 0 });
});

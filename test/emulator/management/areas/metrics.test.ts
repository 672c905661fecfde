import { expect, test } from 'vitest';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { ManagementHttp, NO_SUCH } from '../../../support/management/management-http.ts';
import { StageHttp } from '../../../support/stage/stage-http.ts';

const start = useEmulators();

/** The samples by their series, of a text that must be OpenMetrics to its last line. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n');
  expect(lines.splice(-2)).toEqual(['# EOF', '']);
  const samples = new Map<string, number>();
  for (const line of lines) {
    if (/^# (?:TYPE \w+ (?:gauge|counter)|HELP \w+ .+)$/.test(line)) continue;
    const [, series = line, value] = /^(\w+\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\}) (\S+)$/.exec(line) ?? [];
    samples.set(series, Number(value));
  }
  return samples;
}

test('the metrics of a group are OpenMetrics, made of what there is', async () => {
  const emulator = await start();
  const api = new ManagementHttp(emulator);
  const { orgID } = await api.ok('GET', '/v1/organizations/current');
  const group = await api.makeGroup();
  const id = await api.makeWorkspace(group, { name: 'say "hi"\\', size: 'S-2' });
  await new StageHttp(emulator, `/v1/stage/${group}/fs/`).put('f', 'bytes');
  const url = `/v2/organizations/${String(orgID)}/workspaceGroups/${group}/metrics`;
  const { headers, text } = await api.send('GET', url);
  expect(headers['content-type']).toMatch('text/plain');
  const samples = samplesOf(text);
  expect(samples.get(`singlestoredb_cloud_stage_bytes{workspace_group_id="${group}"}`)).toBe(5);
  expect(samples.get(`singlestoredb_cloud_stage_files{workspace_group_id="${group}"}`)).toBe(1);
  const credits = [...samples].find(([series]) => series.startsWith('singlestoredb_cloud_credits'));
  expect(credits).toEqual([expect.stringContaining(String.raw`workspace_name="say \"hi\"\\"`), 2]);
  await api.ok('POST', `/v1/workspaces/${id}/suspend`);
  api.advance(1000);
  const after = samplesOf((await api.send('GET', url)).text);
  const running = [...after].filter(([series]) => series.includes('threads_running'));
  expect(running.map(([, value]) => value)).toEqual([0]);
});

test('another organization, or a group that is not there, is not found', async () => {
  const api = new ManagementHttp(await start());
  const { orgID } = await api.ok('GET', '/v1/organizations/current');
  const group = api.emulator.deployments[0]!.id;
  const url = (organization: string, id: string) =>
    `/v2/organizations/${organization}/workspaceGroups/${id}/metrics`;
  expect(await api.refusal('GET', url(NO_SUCH, group))).toMatch(/^404 /);
  expect(await api.refusal('GET', url(String(orgID), NO_SUCH))).toMatch(/^404 /);
});

import { Refusal } from '../../http/refusal.ts';
import { parseDeploymentId } from '../../stage/stage-path.ts';
import { creditsPerHour } from '../billing/prices.ts';
import type { Call, Operation } from '../operation.ts';
import { ORGANIZATION } from '../world/organization.ts';
import type { GroupNow, WorkspaceNow } from '../world/world.ts';
import { livingGroup } from './refusals.ts';

export const METRICS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v2/organizations/{organizationID}/workspaceGroups/{workspaceGroupID}/metrics',
    area: 'metrics',
    operation: 'get',
    text: 'text/plain; charset=utf-8',
    work: metrics,
  },
];

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

function metrics(call: Call): string {
  if (parseDeploymentId(call.param('organizationID')) !== ORGANIZATION.orgID)
    throw new Refusal(404, 'the organization was not found');
  const group = livingGroup(call, call.id('workspaceGroupID'));
  const workspaces = call.world
    .workspacesOf(group, call.now)
    .filter(({ view }) => view.phase !== 'terminated');
  return openMetrics([...computeFamilies(call, workspaces), ...stageFamilies(call, group)]);
}

function computeFamilies(call: Call, workspaces: readonly WorkspaceNow[]): readonly Family[] {
  const ofEach = (valueOf: (workspace: WorkspaceNow) => number): Family['samples'] =>
    workspaces.map((workspace) => ({ labels: labelsOf(workspace), value: valueOf(workspace) }));
  const isActive = ({ view }: WorkspaceNow): boolean => view.phase === 'active' || view.phase === 'changing';
  return [
    {
      name: 'singlestoredb_cloud_threads_running',
      type: 'gauge',
      help: 'Threads that run a query now; this one among them.',
      samples: ofEach((each) => Number(isActive(each))),
    },
    {
      name: 'singlestoredb_cloud_queries',
      type: 'counter',
      help: 'Queries since the emulator was started.',
      samples: ofEach((each) => call.world.queries.total(each.resource.id)),
    },
    {
      name: 'singlestoredb_cloud_uptime_seconds',
      type: 'gauge',
      help: 'Time since the workspace became active.',
      samples: ofEach((each) =>
        isActive(each) ? (call.now - (each.view.activeSince ?? call.now)) / 1000 : 0,
      ),
    },
    {
      name: 'singlestoredb_cloud_credits_per_hour',
      type: 'gauge',
      help: 'What an hour costs now.',
      samples: ofEach((each) =>
        isActive(each) ? creditsPerHour(each.view.size, each.resource.settings.scaleFactor) : 0,
      ),
    },
  ];
}

function stageFamilies({ world }: Call, { resource }: GroupNow): readonly Family[] {
  const row = world.data.deployments.get(resource.id);
  const labels = { workspace_group_id: resource.id };
  const gauge = (name: string, help: string, value: number): Family => ({
    name,
    type: 'gauge',
    help,
    samples: [{ labels, value }],
  });
  return [
    gauge('singlestoredb_cloud_stage_bytes', 'Bytes on the Stage.', row ? world.data.tree.used(row.root) : 0),
    gauge(
      'singlestoredb_cloud_stage_files',
      'Files on the Stage.',
      row ? world.data.tree.files(row.root) : 0,
    ),
  ];
}

const labelsOf = ({ resource }: WorkspaceNow): Family['samples'][number]['labels'] => ({
  extractor: 'stagesync/emulator',
  node: `node-${resource.id}-aggregator-0`,
  role: 'CA',
  workspace_group_id: resource.parent,
  workspace_name: resource.name,
});

function openMetrics(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, help, samples }) => [
    `# TYPE ${name} ${type}`,
    `# HELP ${name} ${help}`,
    ...samples.map(
      ({ labels, value }) => `${name}${type === 'counter' ? '_total' : ''}{${labelText(labels)}} ${value}`,
    ),
  ]);
  return `${[...lines, '# EOF'].join('\n')}\n`;
}

const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

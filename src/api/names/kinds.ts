import { hasFact } from '../../model/errors.ts';
import type { InputOf, Operation, ReplyOf } from '../operation.ts';
import { clusters, type Cluster } from '../resources/clusters.ts';
import { projects, type Project } from '../resources/projects.ts';
import { regions, type Region } from '../resources/regions.ts';
import { type Secret, secrets } from '../resources/secrets.ts';
import { starters, startersV2, type Starter, type VirtualCluster } from '../resources/starters.ts';
import { type WorkspaceGroup, workspaceGroups } from '../resources/workspace-groups.ts';
import { type Workspace, workspaces } from '../resources/workspaces.ts';
import type { ChooseWords, Named } from './choose.ts';

/** A thing that was found, and the row that shows it. */
export interface Found<Row> extends Named {
  readonly row: Row;
}

/** What each kind of thing is shown as. */
export interface Rows {
  readonly group: WorkspaceGroup;
  readonly workspace: Workspace;
  readonly starter: Starter;
  readonly cluster: Cluster;
  readonly virtualCluster: VirtualCluster;
  readonly region: Region;
  readonly project: Project;
  readonly secret: Secret;
}

export type Kind = keyof Rows;

export interface ListOptions {
  /** Terminated ones too. Default: false. */
  readonly includeTerminated?: boolean | undefined;
  /** Of workspaces: look in the groups alone that may be meant by this text, GROUP/NAME. Default: in all. */
  readonly wanted?: string | undefined;
}

/** Makes one operation, through the gate. */
export type Ask = <O extends Operation>(operation: O, input: InputOf<O>) => Promise<ReplyOf<O>>;

export interface KindOfThing<Row> extends ChooseWords {
  readonly list: (ask: Ask, options: ListOptions) => Promise<readonly Found<Row>[]>;
  /** By its ID, where one request tells; default: it is looked for in the list. */
  readonly get?: (ask: Ask, id: string) => Promise<Found<Row>>;
}

type Shown = Readonly<Record<string, unknown>>;

function found<Row extends Shown>(row: Row, idKey: string, nameKey = 'name'): Found<Row> {
  const textOf = (key: string): string | undefined => {
    const value = row[key];
    return typeof value === 'string' ? value : undefined;
  };
  return { id: textOf(idKey) ?? '', name: textOf(nameKey) ?? '', state: textOf('state'), row };
}

const all = <Row extends Shown>(
  rows: readonly Row[],
  idKey: string,
  nameKey?: string,
): readonly Found<Row>[] => rows.map((row) => found(row, idKey, nameKey));

const groupsIn = async (
  ask: Ask,
  includeTerminated: boolean | undefined,
): Promise<readonly Found<WorkspaceGroup>[]> =>
  all(await ask(workspaceGroups.list, { query: { includeTerminated } }), 'workspaceGroupID');

/** There is no list over all groups: each is asked for its own, all at once as far as the gate lets them. */
async function workspacesIn(
  ask: Ask,
  { includeTerminated, wanted }: ListOptions,
): Promise<readonly Found<Workspace>[]> {
  const groups = await groupsIn(ask, includeTerminated);
  const meant = groups.filter(
    ({ id, name }) => wanted?.startsWith(`${name}/`) === true || wanted?.startsWith(`${id}/`) === true,
  );
  const lists = (meant.length > 0 ? meant : groups).map(async (group) => {
    const { id, name } = group;
    try {
      const rows = await ask(workspaces.list, { query: { workspaceGroupID: id, includeTerminated } });
      return all(rows, 'workspaceID').map((each) => ({ ...each, group: { id, name } }));
    } catch (error) {
      // it was terminated meanwhile, and its workspaces with it
      if (hasFact(error, 'missing')) return [];
      throw error;
    }
  });
  return (await Promise.all(lists)).flat();
}

/** The kinds of things that have names, and where each is listed. */
export const KINDS: { readonly [K in Kind]: KindOfThing<Rows[K]> } = {
  group: {
    kind: 'workspace group',
    plural: 'workspace groups',
    list: (ask, { includeTerminated }) => groupsIn(ask, includeTerminated),
    get: async (ask, id) =>
      found(await ask(workspaceGroups.get, { workspaceGroupID: id }), 'workspaceGroupID'),
  },
  workspace: {
    kind: 'workspace',
    plural: 'workspaces',
    list: workspacesIn,
    get: async (ask, id) => found(await ask(workspaces.get, { workspaceID: id }), 'workspaceID'),
  },
  starter: {
    kind: 'starter workspace',
    plural: 'starter workspaces',
    list: async (ask) => all(await ask(starters.list, {}), 'virtualWorkspaceID'),
    get: async (ask, id) => found(await ask(starters.get, { virtualWorkspaceID: id }), 'virtualWorkspaceID'),
  },
  cluster: {
    kind: 'cluster',
    plural: 'clusters',
    list: async (ask) => all(await ask(clusters.list, {}), 'clusterID'),
    get: async (ask, id) => found(await ask(clusters.get, { clusterID: id }), 'clusterID'),
  },
  virtualCluster: {
    kind: 'virtual cluster',
    plural: 'virtual clusters',
    list: async (ask) => all(await ask(startersV2.list, {}), 'virtualClusterID'),
    get: async (ask, id) => found(await ask(startersV2.get, { virtualClusterID: id }), 'virtualClusterID'),
  },
  region: {
    kind: 'region',
    plural: 'regions',
    within: 'provider',
    list: async (ask) => (await ask(regions.list, {})).map(foundRegion),
  },
  project: {
    kind: 'project',
    plural: 'projects',
    list: async (ask) => all(await ask(projects.list, {}), 'projectID'),
  },
  secret: {
    kind: 'secret',
    plural: 'secrets',
    list: async (ask) => all(await ask(secrets.list, {}), 'secretID'),
  },
};

/** People write 'us-east-1', or AWS/us-east-1; older versions show the long name alone. */
function foundRegion(row: Region): Found<Region> {
  const { regionName, region, provider } = row;
  const hasShort = (regionName ?? '') !== '';
  return {
    ...found(row, 'regionID', hasShort ? 'regionName' : 'region'),
    aliases: hasShort ? [region] : [],
    group: { id: provider.toLowerCase(), name: provider },
  };
}

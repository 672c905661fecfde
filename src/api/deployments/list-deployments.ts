import * as z from 'zod';
import { hasFact } from '../../model/errors.ts';
import type { CallOptions } from '../../model/ports.ts';
import type { ApiConnection } from '../connection.ts';
import { callOnce } from '../call.ts';
import { type Operation, operation } from '../operation.ts';

/** Something that has a Stage. */
export interface Deployment {
  readonly id: string;
  readonly name: string;
  readonly kind: 'workspace_group' | 'starter_workspace' | 'cluster';
}

/** Rows are looked at one by one: one that cannot be read must not hide the others. */
const rows = z.array(z.unknown());
const list = <const Path extends string>(
  path: Path,
  object: string,
): Operation<Path, undefined, undefined, typeof rows> =>
  operation({ verb: 'GET', path, reply: rows, repeat: 'safe', does: 'list', object });

interface Catalogue {
  readonly operation: Operation<string, undefined, undefined, typeof rows>;
  readonly row: z.ZodType<Omit<Deployment, 'kind'>>;
  readonly kind: Deployment['kind'];
  /** Not every organization has these. A list that is not found counts as an empty one. */
  readonly optional: boolean;
}

const rowOf = (idKey: string): Catalogue['row'] =>
  z
    .looseObject({ [idKey]: z.string().min(1), name: z.string() })
    .transform((row) => ({ id: String(row[idKey]), name: String(row['name']) }));

const V1: readonly Catalogue[] = [
  {
    operation: list('/v1/workspaceGroups', 'workspace groups'),
    row: rowOf('workspaceGroupID'),
    kind: 'workspace_group',
    optional: false,
  },
  {
    operation: list('/v1/sharedtier/virtualWorkspaces', 'starter workspaces'),
    row: rowOf('virtualWorkspaceID'),
    kind: 'starter_workspace',
    optional: true,
  },
];
const V2: readonly Catalogue[] = [
  {
    operation: list('/v2/clusters', 'clusters'),
    row: rowOf('clusterID'),
    kind: 'cluster',
    optional: false,
  },
];

export interface ListDeploymentsOptions extends CallOptions {
  /** The second version of the API has clusters, the first workspace groups and starter workspaces. Default: 'v1'. */
  readonly version?: 'v1' | 'v2' | undefined;
  /** What earlier attempts have read, by path: a repetition asks only for what is missing. Filled here. */
  readonly read?: Map<string, readonly Deployment[]> | undefined;
}

/** All deployments that have a Stage and that the token can see. Rejects with a SyncError. */
export async function listDeployments(
  api: ApiConnection,
  { version, signal, read = new Map() }: ListDeploymentsOptions,
): Promise<readonly Deployment[]> {
  const found: Deployment[] = [];
  for (const catalogue of version === 'v2' ? V2 : V1) {
    const { path } = catalogue.operation;
    const listed = read.get(path) ?? (await readCatalogue(api, catalogue, { signal }));
    read.set(path, listed);
    found.push(...listed);
  }
  return found;
}

async function readCatalogue(
  api: ApiConnection,
  { operation, row, kind, optional }: Catalogue,
  call: CallOptions,
): Promise<Deployment[]> {
  try {
    const read = (await callOnce(api, operation, {}, { ...call, codes: 'stage' })).map((each) =>
      row.safeParse(each),
    );
    return read.flatMap(({ success, data }) => (success ? [{ ...data, kind }] : []));
  } catch (error) {
    if (optional && hasFact(error, 'missing')) return [];
    throw error;
  }
}

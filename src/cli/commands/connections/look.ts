import { privateConnections } from '../../../api/resources/private-connections.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { findGroup, findWorkspace } from '../../management/find.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { CONNECTION_FIELDS } from './connection-fields.ts';

interface ListFlags {
  readonly group?: string;
  readonly workspace?: string;
}

export async function listConnections(run: Run<ListFlags>): Promise<ExitStatus> {
  const rows = await connectionsOf(run);
  printRows(run, { rows, fields: CONNECTION_FIELDS, none: 'no private connections' }, run.flags);
  return EXIT.clean;
}

async function connectionsOf(run: Run<ListFlags>) {
  const { group, workspace } = run.flags;
  if ((group === undefined) === (workspace === undefined))
    throw usageError('give --group GROUP or --workspace WORKSPACE, one of them');
  if (group !== undefined) {
    const { workspaceGroupID } = await findGroup(run, group);
    return run.api.call(privateConnections.ofGroup, { workspaceGroupID });
  }
  const found = await findWorkspace(run, workspace ?? '');
  const { workspaceID } = found.workspace;
  const { workspaceGroupID } = found.group;
  return run.api.call(privateConnections.ofWorkspace, { workspaceID, query: { workspaceGroupID } });
}

export async function getConnection(run: Run): Promise<ExitStatus> {
  const [connectionID = ''] = run.args;
  const connection = await run.api.call(privateConnections.get, { connectionID });
  printRow(run, connection, CONNECTION_FIELDS, run.flags);
  return EXIT.clean;
}

export async function showKai(run: Run): Promise<ExitStatus> {
  const { workspace } = await findWorkspace(run, run.args[0] ?? '');
  const { workspaceID } = workspace;
  const info = await run.api.call(privateConnections.kai, { workspaceID });
  printRow(run, info, [{ key: 'serviceName', title: 'SERVICE' }], run.flags);
  return EXIT.clean;
}

export async function listOutbound(run: Run): Promise<ExitStatus> {
  const { workspace } = await findWorkspace(run, run.args[0] ?? '');
  const { workspaceID } = workspace;
  const rows = await run.api.call(privateConnections.outboundAllowList, { workspaceID });
  const fields = [{ key: 'outboundAllowList', title: 'ACCOUNT', isListed: true } as const];
  printRows(run, { rows, fields, none: 'no account to allow' }, run.flags);
  return EXIT.clean;
}

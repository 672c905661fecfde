import { privateConnections } from '../../../api/resources/private-connections.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { change } from '../../management/changing/change.ts';
import { findGroup, findWorkspace, ifExists } from '../../management/find.ts';
import { differences } from '../../management/printing/differences.ts';
import { printOutcome } from '../../management/printing/print-outcome.ts';
import { printRow } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { CONNECTION_FIELDS } from './connection-fields.ts';

interface CreateFlags {
  readonly group: string;
  readonly workspace?: string;
  readonly type?: 'INBOUND' | 'OUTBOUND';
  readonly serviceName?: string;
  readonly allowList?: string;
  readonly kaiEndpoint?: string;
}

/** What the changes of a private connection have in common. */
const partsOf = (run: Run, connectionID: string) => ({
  thing: `private connection ${connectionID}`,
  idOf: () => connectionID,
  again: () => `connections get ${connectionID}`,
  print: (row: object) => printRow(run, { ...row }, CONNECTION_FIELDS, run.flags),
});

export async function createConnection(run: Run<CreateFlags>): Promise<ExitStatus> {
  const { group, workspace, type, serviceName, allowList, kaiEndpoint } = run.flags;
  const { workspaceGroupID } = await findGroup(run, group);
  const within = workspace === undefined ? undefined : await findWorkspace(run, workspace, { group });
  const idOf = (reply: Readonly<Record<string, unknown>>): string => String(reply['privateConnectionID']);
  return change(run, {
    ...partsOf(run, ''),
    thing: `the private connection of group ${group}`,
    operation: privateConnections.create,
    input: {
      body: {
        workspaceGroupID,
        ...(within !== undefined && { workspaceID: within.workspace.workspaceID }),
        ...(type !== undefined && { type }),
        ...(serviceName !== undefined && { serviceName }),
        ...(allowList !== undefined && { allowList }),
        ...(kaiEndpoint !== undefined && { kaiEndpointID: kaiEndpoint }),
      },
    },
    idOf,
    again: (reply) => `connections get ${idOf(reply)}`,
  });
}

export async function updateConnection(run: Run<{ readonly allowList: string }>): Promise<ExitStatus> {
  const [connectionID = ''] = run.args;
  const { allowList } = run.flags;
  const shown = await run.api.call(privateConnections.get, { connectionID });
  const changes = differences([['allowed', shown.allowList, allowList]]);
  return change(run, {
    ...partsOf(run, connectionID),
    operation: privateConnections.update,
    input: { connectionID, body: { allowList } },
    already: changes.length === 0 ? 'is so already' : undefined,
    announce: changes,
    shown: { ...shown, allowList },
  });
}

export async function deleteConnection(run: Run<{ readonly ifExists?: true }>): Promise<ExitStatus> {
  const [connectionID = ''] = run.args;
  const parts = partsOf(run, connectionID);
  const shown = await ifExists(run, parts.thing, () =>
    run.api.call(privateConnections.get, { connectionID }),
  );
  if (shown === undefined) return EXIT.clean;
  return change(run, {
    ...parts,
    operation: privateConnections.delete,
    input: { connectionID },
    already: shown.status?.toUpperCase() === 'DELETED' ? 'is DELETED already' : undefined,
    shown,
    print: (row) => printOutcome(run, `${parts.thing} is DELETED`, { ...shown, ...row, status: 'DELETED' }),
  });
}

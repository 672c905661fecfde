import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { printRow, printRows } from '../../management/printing/print-rows.ts';
import type { Run } from '../../management/run.ts';
import { CLUSTER_FIELDS, shownCluster } from './cluster-fields.ts';

interface LookFlags {
  readonly includeTerminated?: true;
}

export async function listClusters(run: Run<LookFlags>): Promise<ExitStatus> {
  const { includeTerminated } = run.flags;
  const found = await run.api.names.list('cluster', { includeTerminated });
  const rows = found.map(({ row }) => shownCluster(run, row));
  printRows(run, { rows, fields: CLUSTER_FIELDS, none: 'no clusters' }, run.flags);
  return EXIT.clean;
}

export async function getCluster(run: Run<LookFlags>): Promise<ExitStatus> {
  const { includeTerminated } = run.flags;
  const { row } = await run.api.names.find('cluster', run.args[0] ?? '', { includeTerminated });
  printRow(run, shownCluster(run, row), CLUSTER_FIELDS, run.flags);
  return EXIT.clean;
}

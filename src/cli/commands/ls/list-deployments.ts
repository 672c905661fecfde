import type { DeploymentDetails } from '../../../api/deployments/deployment.ts';
import { describeDeployments } from '../../../api/deployments/describe-deployments.ts';
import { openManagementApi } from '../../../jobs/ends/open-management-api.ts';
import { textWidth } from '../../../model/text-width.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { stageSurroundings } from '../../surroundings.ts';
import type { Field, Row } from '../../management/printing/fields.ts';
import { alignedRows, printRows } from '../../management/printing/print-rows.ts';
import { stageAddress } from '../../management/stage-address.ts';
import type { LsFlags } from './ls-flags.ts';

const KINDS: Readonly<Record<DeploymentDetails['kind'], string>> = {
  workspace_group: 'workspace group',
  starter_workspace: 'starter workspace',
  cluster: 'cluster',
};

const FIELDS: readonly Field[] = [
  { key: 'name', isListed: true },
  { key: 'kind', isListed: true, text: (kind) => KINDS[kind as DeploymentDetails['kind']] },
  { key: 'state', isListed: true },
  { key: 'region', isListed: true },
  { key: 'stage', isListed: true },
  { key: 'id', isListed: true },
];

/** Columns that a narrow terminal goes without, the first to go first. `--json` has all. */
const LESS_WANTED: readonly string[] = ['id', 'region', 'kind'];
/** Of what is no terminal. */
const USUAL_COLUMNS = 80;

/** As many columns as fit. Names and addresses are never cut: they are there to be copied. */
export function fieldsWithin(columns: number, rows: readonly Row[]): readonly Field[] {
  const isTooWide = (fields: readonly Field[]): boolean =>
    alignedRows(rows, fields).some((line) => textWidth(line) > columns);
  let fields = FIELDS;
  for (const left of LESS_WANTED) {
    if (!isTooWide(fields)) break;
    fields = fields.filter(({ key }) => key !== left);
  }
  return fields;
}

/** `stagesync ls` without an address: what has a Stage, each with the address that the other commands take. */
export async function listAllDeployments(context: Context, flags: LsFlags): Promise<ExitStatus> {
  if (flags.recursive === true) throw usageError('-R lists below a folder: give an address');
  const around = stageSurroundings(context, flags);
  await using api = await openManagementApi(around, { local: flags.local === true });
  const version = (flags.apiVersion ?? context.environment.apiVersion) === 'v2' ? 'v2' : 'v1';
  const found = await describeDeployments(api, { version });
  const rows = found.map((each) => ({
    ...each,
    stage: stageAddress({ flags }, { name: each.name, workspaceGroupID: each.id }),
  }));
  const { stdout } = context.host;
  // programs that read it get everything
  const columns = stdout.isTTY === true ? (stdout.columns ?? USUAL_COLUMNS) : Infinity;
  const fields = fieldsWithin(columns, rows);
  printRows(context, { rows, fields, none: 'nothing that has a Stage' }, { json: flags.json });
  return EXIT.clean;
}

import {
  BUDGET_VARIABLE,
  parseBudget,
  type BudgetSetting,
} from '../../../../cluster/budget/budget-address.ts';
import type { Origin, Origins } from '../../../../jobs-file/compose/origins.ts';
import type { NamedJob } from '../../../../jobs-file/jobs-file.ts';
import { commandText } from '../../../../jobs-file/trust/trusted-parts.ts';
import type { Authority } from '../../../../jobs/authority.ts';
import type { Environment } from '../../../../jobs/environment.ts';
import { DEFAULT, shownRows, type AuthorityRow, type ExplainedValue } from './explained-value.ts';

/** As whom it asks the Management API and a bucket. The token is not shown. */
export function authorityValues(
  profile: Authority | undefined,
  {
    origins,
    flags,
    environment,
    tokenCommand,
  }: {
    readonly origins: Origins;
    readonly flags: Authority;
    readonly environment: Environment;
    readonly tokenCommand: readonly string[] | undefined;
  },
): ExplainedValue[] {
  const [stage, s3] = [profile?.stage ?? {}, profile?.s3 ?? {}];
  const token = environment.token === undefined ? undefined : 'set, and not shown';
  const command = tokenCommand === undefined ? undefined : commandText(tokenCommand);
  const hasToken = [flags.stage.tokenFile, stage.tokenFile, command].some((each) => each !== undefined);
  const rows: readonly AuthorityRow[] = [
    ['token_file', flags.stage.tokenFile, stage.tokenFile],
    ['token_command', undefined, flags.stage.tokenFile === undefined ? command : undefined],
    ['token', undefined, undefined, ['SINGLESTOREDB_MANAGEMENT_TOKEN', hasToken ? undefined : token]],
    [
      'base_url',
      flags.stage.baseUrl,
      stage.baseUrl,
      ['SINGLESTOREDB_MANAGEMENT_BASE_URL', environment.baseUrl],
    ],
    [
      'api_version',
      flags.stage.apiVersion,
      stage.apiVersion,
      ['SINGLESTOREDB_MANAGEMENT_VERSION', environment.apiVersion],
    ],
    [
      'organization',
      flags.stage.organization,
      stage.organization,
      ['SINGLESTOREDB_ORGANIZATION', environment.organization],
    ],
    ['allow_insecure', flags.stage.allowInsecure, stage.allowInsecure],
    ['s3.profile', flags.s3.profile, s3.profile],
    ['s3.region', flags.s3.region, s3.region],
    [
      's3.endpoint_url',
      flags.s3.endpointUrl,
      s3.endpointUrl,
      ['AWS_ENDPOINT_URL_S3', environment.s3EndpointUrl],
    ],
    ['s3.path_style', flags.s3.pathStyle, s3.pathStyle],
    ['s3.sign_request', flags.s3.signRequest === false ? false : undefined, s3.signRequest],
    ['s3.request_payer', flags.s3.requestPayer, s3.requestPayer],
  ];
  return shownRows(rows, origins);
}

/** The budget that the job shares, without a password. */
export function budgetValues(
  { name, budget }: NamedJob,
  {
    origins,
    flag,
    environment: { budgetUrl },
  }: {
    readonly origins: Origins;
    readonly flag: BudgetSetting | undefined;
    readonly environment: Environment;
  },
): ExplainedValue[] {
  const value = (setting: BudgetSetting, origin: Origin): ExplainedValue[] => [
    { name: 'budget', value: parseBudget(setting).redis.shown, origin },
  ];
  if (flag !== undefined) return value(flag, { kind: 'flag' });
  if (budget !== undefined)
    return value(
      { url: budget, from: `budget of the job ${name}`, isPublic: false },
      origins.get('budget') ?? DEFAULT,
    );
  if (budgetUrl === undefined) return [];
  return value(
    { url: budgetUrl, from: BUDGET_VARIABLE, isPublic: false },
    { kind: 'environment', variable: BUDGET_VARIABLE },
  );
}

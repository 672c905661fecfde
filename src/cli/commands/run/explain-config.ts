import { BUDGET_VARIABLE, parseBudget, type BudgetSetting } from '../../../cluster/budget/budget-address.ts';
import type { Origin, Origins } from '../../../jobs-file/compose/origins.ts';
import type { NamedJob, NotifyTarget, Profile } from '../../../jobs-file/jobs-file.ts';
import type { ExplainedFile } from '../../../jobs-file/read-jobs-file.ts';
import { namedSettings, SECTIONS } from '../../../jobs-file/shape/setting-names.ts';
import { commandText, hostOf } from '../../../jobs-file/trust/trusted-parts.ts';
import { ENVIRONMENT_ONLY, type Authority } from '../../../jobs/authority.ts';
import type { Guards } from '../../../jobs/surroundings.ts';
import type { Environment } from '../../../jobs/environment.ts';
import type { Job } from '../../../jobs/job.ts';
import { durationText } from '../../../jobs/settings/quantities.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import type { JobFlags } from '../../flags/job-flags.ts';

/** A value that a job runs with, and where it comes from. */
interface ExplainedValue {
  readonly name: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** What flags say besides the file. */
export interface ConfigFlags {
  readonly json?: true | undefined;
  readonly job?: Pick<JobFlags, 'filters' | 'typed'>;
  /** The job with what the flags say. Default: as the file has it. */
  readonly withFlags?: (job: Job) => Job;
  readonly authority?: Authority;
  readonly maxDelete?: Guards['maxDelete'] | undefined;
}

const NO_JOB_FLAGS = { filters: [], typed: {} } as const;

/** Prints each value of the jobs with where it comes from; values that may be secret are never among them. */
export function explainConfig(
  context: Context,
  { origins, shown, file }: ExplainedFile & { readonly shown: string },
  jobs: readonly NamedJob[],
  {
    json,
    job: jobFlags = NO_JOB_FLAGS,
    withFlags = (job) => job,
    authority = ENVIRONMENT_ONLY,
    maxDelete,
  }: ConfigFlags,
): void {
  for (const named of jobs) {
    const ofJob = origins.get(named.name) ?? new Map();
    const values = [
      ...jobValues(named, ofJob),
      ...settingValues(withFlags(named.job), { origins: ofJob, flags: jobFlags }),
      ...runValues(named, { origins: ofJob, maxDelete }),
      ...authorityValues(file.profiles[named.job.profile ?? '']?.authority, {
        origins: ofJob,
        flags: authority,
        environment: context.environment,
        tokenCommand: file.profiles[named.job.profile ?? '']?.tokenCommand,
      }),
      ...budgetValues(named, { origins: ofJob, flag: authority.budget, environment: context.environment }),
      ...(named.job.load === undefined
        ? []
        : sqlValues(file.profiles[named.job.profile ?? ''], {
            origins: ofJob,
            flags: authority,
            environment: context.environment,
          })),
    ];
    if (json === true) context.out.line(JSON.stringify({ job: named.name, file: file.path, values }));
    else for (const line of valueLines(named.name, values, shown)) context.out.line(line);
  }
}

const DEFAULT: Origin = { kind: 'default' };

function jobValues({ job }: NamedJob, origins: Origins): ExplainedValue[] {
  const of = (name: string, value: unknown): ExplainedValue => ({
    name,
    value,
    origin: origins.get(name) ?? DEFAULT,
  });
  return [
    of('from', job.from),
    of('to', job.to),
    ...(job.profile === undefined ? [] : [of('profile', job.profile)]),
  ];
}

function settingValues(
  job: Job,
  { origins, flags }: { readonly origins: Origins; readonly flags: Pick<JobFlags, 'filters' | 'typed'> },
): ExplainedValue[] {
  return SECTIONS.flatMap((section) => {
    const values = job[section] as Readonly<Record<string, unknown>> | undefined;
    const given = (flags.typed[section] ?? {}) as Readonly<Record<string, unknown>>;
    return namedSettings(section).flatMap(([inFile, name, { type }]): ExplainedValue[] => {
      const value = values?.[name];
      if (value === undefined) return [];
      const isFlag = type.kind === 'rules' ? flags.filters.length > 0 : given[name] !== undefined;
      const inTheFile = `${section}.${inFile}`;
      const origin = isFlag ? ({ kind: 'flag' } as const) : (origins.get(inTheFile) ?? DEFAULT);
      return [{ name: inTheFile, value: shownSetting(type.kind, value), origin }];
    });
  });
}

const shownSetting = (kind: string, value: unknown): unknown =>
  kind === 'duration' ? durationText(value as number) : value;

function runValues(
  named: NamedJob,
  { origins, maxDelete: flag }: { readonly origins: Origins; readonly maxDelete: ConfigFlags['maxDelete'] },
): ExplainedValue[] {
  const { schedule, timeoutMs } = named;
  const values: readonly (readonly [string, unknown])[] = [
    ['watch', named.watch],
    ['schedule.cron', schedule?.cron],
    ['schedule.timezone', schedule?.timeZone],
    [
      'schedule.jitter',
      schedule === undefined || schedule.jitterMs === 0 ? undefined : durationText(schedule.jitterMs),
    ],
    ['schedule.missed', schedule?.missed],
    ['overlap', named.overlap],
    ['timeout', timeoutMs === undefined ? undefined : durationText(timeoutMs)],
    ['history', durationText(named.historyMs)],
    ['notify', named.notify.length === 0 ? undefined : named.notify.map(targetText)],
    ['sqs_queue', named.sqsQueue],
  ];
  const maxDelete: ExplainedValue =
    flag === undefined
      ? {
          name: 'max_delete',
          value: named.guards.maxDelete ?? '50%',
          origin: origins.get('max_delete') ?? DEFAULT,
        }
      : { name: 'max_delete', value: limitText(flag), origin: { kind: 'flag' } };
  return [
    ...values.flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value, origin: origins.get(name) ?? DEFAULT }],
    ),
    maxDelete,
  ];
}

const limitText = (limit: { readonly count: number } | { readonly percent: number }): string =>
  'count' in limit ? String(limit.count) : `${limit.percent}%`;

/** Without the path of an address: that is often a secret. */
const targetText = ({ on, way }: NotifyTarget): string =>
  `${way.kind} ${way.kind === 'command' ? commandText(way.command) : hostOf(way.url)} on ${on.join(', ')}`;

/** A value of the authority: its flag, its name in a profile, its variable. */
type AuthorityRow = readonly [
  name: string,
  flag: unknown,
  profile: unknown,
  variable?: readonly [name: string, value: unknown],
];

function authorityValues(
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

/** As whom a database is asked. The password, and a URL that may have one, are not shown. */
function sqlValues(
  profile: Profile | undefined,
  {
    origins,
    flags,
    environment,
  }: { readonly origins: Origins; readonly flags: Authority; readonly environment: Environment },
): ExplainedValue[] {
  const sql = profile?.authority.sql ?? {};
  const words = profile?.sqlPasswordCommand;
  const typed = flags.sql ?? {};
  const { url, host, user, password } = environment.sql;
  const hidden = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : 'set, and not shown';
  const file = typed.passwordFile ?? sql.passwordFile;
  const isGiven = file !== undefined || words !== undefined;
  return shownRows(
    [
      [
        'sql_endpoint',
        typed.endpoint,
        sql.endpoint,
        ['SINGLESTOREDB_HOST', url === undefined ? host : undefined],
      ],
      ['sql_user', typed.user, sql.user, ['SINGLESTOREDB_USER', user]],
      ['sql_password_file', typed.passwordFile, sql.passwordFile],
      [
        'sql_password_command',
        undefined,
        file === undefined && words !== undefined ? commandText(words) : undefined,
      ],
      [
        'sql_password',
        undefined,
        undefined,
        ['SINGLESTOREDB_PASSWORD', isGiven ? undefined : hidden(password)],
      ],
      ['sql_url', undefined, undefined, ['SINGLESTOREDB_URL', hidden(url)]],
      ['sql_resume', typed.resume, sql.resume],
    ],
    origins,
  );
}

/** The budget that the job shares, without a password. */
function budgetValues(
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

function shownRows(rows: readonly AuthorityRow[], origins: Origins): ExplainedValue[] {
  return rows.flatMap(([name, flag, inProfile, variable]): ExplainedValue[] => {
    if (flag !== undefined) return [{ name, value: flag, origin: { kind: 'flag' } }];
    if (inProfile !== undefined)
      return [{ name, value: inProfile, origin: origins.get(`profile.${name}`) ?? DEFAULT }];
    if (variable?.[1] === undefined) return [];
    return [{ name, value: variable[1], origin: { kind: 'environment', variable: variable[0] } }];
  });
}

function valueLines(job: string, values: readonly ExplainedValue[], file: string): string[] {
  const texts = values.map(
    ({ name, value, origin }) => [name, valueText(value), originText(origin, file)] as const,
  );
  const names = Math.max(...texts.map(([name]) => name.length));
  const widest = Math.min(40, Math.max(...texts.map(([, value]) => value.length)));
  return [
    printable(job),
    ...texts.map(([name, value, origin]) => `  ${name.padEnd(names)}  ${value.padEnd(widest)}  ${origin}`),
  ];
}

const valueText = (value: unknown): string =>
  printable(typeof value === 'string' ? value : JSON.stringify(value));

function originText(origin: Origin, file: string): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'flag':
      return 'command line';
    case 'environment':
      return `environment, ${origin.variable}`;
    case 'defaults':
    case 'job':
    case 'profile': {
      const made = origin.variables.length === 0 ? '' : `, with ${origin.variables.join(' and ')}`;
      const part =
        origin.kind === 'job' ? '' : `, ${origin.kind === 'defaults' ? 'for all jobs' : 'of the profile'}`;
      return `${printable(file)}:${origin.line}${part}${made}`;
    }
    default:
      return origin satisfies never;
  }
}

import * as z from 'zod';
import type { JobSections } from '../../jobs/job.ts';
import { valueShape } from '../../jobs/settings/job-shape.ts';
import {
  BYTES_FORM,
  DURATION_FORM,
  parseBytes,
  parseDuration,
  parseRemovalLimit,
  QUANTITY_PATTERNS,
  REMOVAL_LIMIT_FORM,
} from '../../jobs/settings/quantities.ts';
import type { AnySetting } from '../../jobs/settings/setting.ts';
import { namedSettings } from './setting-names.ts';

/**
 * The shape of a jobs file. Validation and `schema/jobs.json` are made of it; the settings come from the table of which
 * the flags are made as well. Nothing has a default here: what a job lacks, `defaults` has, and then the table.
 */

/** The longest text of a value: as long as a path may be. */
const LONGEST = 4096;

const text = (description: string) => z.string().min(1).max(LONGEST).describe(description);

/** The name of a job or a profile: it is a word of command lines, of labels of metrics and of names of files. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** How a name is written, for a person who wrote something else. */
export const NAME_FORM =
  'Give a name of letters, digits, "_", "-" and ".", that begins with a letter or a digit.';

/** With its unit, as in flags: a job of a program has milliseconds, and `poll: 5` of a person would mean them too. */
const duration = (description: string) =>
  z
    .string(DURATION_FORM)
    .regex(QUANTITY_PATTERNS.duration, DURATION_FORM)
    .refine((each) => parseDuration(each) !== undefined, DURATION_FORM)
    .describe(description);

const rule = z.union([
  z.strictObject({ include: text('files that take part, as a .gitignore pattern') }),
  z.strictObject({
    exclude: text('files that take no part: neither copied nor touched, as a .gitignore pattern'),
  }),
  z.strictObject({ from: text('a file with rules, as in .stagesyncignore') }),
]);

const sectionShape = (section: keyof JobSections) =>
  z.strictObject(
    Object.fromEntries(
      namedSettings(section).map(([name, , setting]) => [name, settingShape(setting).optional()]),
    ),
  );

function settingShape(setting: AnySetting): z.ZodType {
  const meaning = setting.meaning ?? setting.flags[0]?.help ?? '';
  switch (setting.type.kind) {
    case 'rules':
      return z.array(rule).describe('rules in their order; the last that matches a file decides');
    case 'duration':
      return duration(meaning);
    default:
      return valueShape(setting).describe(meaning);
  }
}

const sections = {
  what: sectionShape('what').optional().describe('what is done, to which files, and how they are published'),
  pace: sectionShape('pace').optional().describe('how fast'),
  when: sectionShape('when').optional().describe('when a watch looks'),
  load: sectionShape('load')
    .optional()
    .describe('the way from the Stage to a table; without it, nothing is asked of any database'),
};

const MISSED_HELP =
  'what is done about runs that became due while the machine slept or nothing ran: one run for all of them, or none';

const ofSchedules = {
  timezone: text(
    "the time zone in which the schedule is read, as 'Europe/Berlin'; default: that of the machine",
  ).optional(),
  jitter: duration('each run starts up to so much later, at random: 30s, 5m').optional(),
  missed: z.enum(['run_once', 'skip']).optional().describe(MISSED_HELP),
};

const CRON_HELP =
  'minute, hour, day of the month, month, day of the week; with a sixth field in front, seconds: 0 * * * * is every full hour';

export const EVENTS = ['failure', 'recovery', 'halted', 'skipped', 'success'] as const;

const target = z
  .strictObject({
    on: z
      .union([z.enum(EVENTS), z.array(z.enum(EVENTS)).min(1)])
      .optional()
      .describe('what is told; default: failure, recovery and halted, and of a heartbeat success'),
    webhook: text('gets the report as JSON by POST').optional(),
    secret_file: text('with webhook: a file with the secret that signs each request').optional(),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        'a program and its arguments, without a shell; gets the report as JSON on its standard input',
      ),
    heartbeat: text('gets a request without a body after each run that was clean').optional(),
  })
  .describe('one of webhook, command and heartbeat');

const notify = z.array(target).describe('who is told of runs');

const ofRuns = {
  ...sections,
  profile: text('the profile to run with').optional(),
  overlap: z
    .enum(['skip', 'queue', 'cancel'])
    .optional()
    .describe(
      'a run becomes due while the one before goes on: leave it out (default), run it afterwards, or stop the one before',
    ),
  timeout: duration('stop a run that takes longer, as a signal does').optional(),
  max_delete: z
    .union([
      z.int().nonnegative(),
      z
        .string()
        .regex(/^\d+%?$/, REMOVAL_LIMIT_FORM)
        .refine((each) => parseRemovalLimit(each) !== undefined, REMOVAL_LIMIT_FORM),
    ])
    .optional()
    .describe('refuse to remove more files than this: a count, or a share such as 50% (default)'),
  budget: text(
    'the budget of requests that all processes share that name it, as redis://HOST:6379?rate=195; the flag --budget counts before it',
  ).optional(),
  history: duration('how long runs are remembered; default: 90d').optional(),
  notify: notify.optional(),
};

const job = z.strictObject({
  from: text(
    'what is copied: a directory, s3://BUCKET/PREFIX or stage://DEPLOYMENT/PATH; a relative path is read from the folder of this file',
  ),
  to: text('where it goes: stage://DEPLOYMENT/PATH, stage:///PATH, stage://local/PATH or a directory'),
  ...ofRuns,
  schedule: z
    .union([text(CRON_HELP), z.strictObject({ cron: text(CRON_HELP), ...ofSchedules })])
    .optional()
    .describe('when it runs: a cron line, or one with its time zone'),
  watch: z.boolean().optional().describe('bring changes over as they happen'),
  sqs_queue: text("the queue in which a watch hears of the bucket's changes").optional(),
});

const defaults = z.strictObject({
  ...ofRuns,
  schedule: z.strictObject(ofSchedules).optional().describe('what schedules have that do not say otherwise'),
});

const profile = z.strictObject({
  deployment: text('the deployment that stage:///PATH means: its name or its ID').optional(),
  api_version: z.enum(['v1', 'v2', 'legacy']).optional().describe('the generation of the API'),
  organization: text('the ID of the organization').optional(),
  base_url: text('the address of the API').optional(),
  allow_insecure: z
    .boolean()
    .optional()
    .describe('allow an http: address of the API on another machine; the token goes in the clear'),
  quota: z
    .string()
    .regex(QUANTITY_PATTERNS.bytes, BYTES_FORM)
    .refine((each) => parseBytes(each) !== undefined, BYTES_FORM)
    .optional()
    .describe(
      'what the Stage of the deployment may hold, as 10G: the API does not tell; the page shows how much of it is used',
    ),
  token_file: text('a file that holds the API token').optional(),
  token_command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'a program and its arguments, without a shell; prints the API token, or JSON with Token and Expiration',
    ),
  sql_endpoint: text(
    'the host of the workspace whose pipelines load; by default the API is asked for it',
  ).optional(),
  sql_user: text('the user of the database').optional(),
  sql_password_file: text("a file that holds the user's password, or a JSON web token").optional(),
  sql_password_command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'a program and its arguments, without a shell; prints the password, or JSON with Token and Expiration',
    ),
  sql_resume: z
    .boolean()
    .optional()
    .describe('wake a suspended workspace first; it costs credits from then on'),
  s3: z
    .strictObject({
      profile: text('a profile of the AWS configuration files').optional(),
      region: text("the bucket's region, where it is not found by itself").optional(),
      endpoint_url: text('an S3-compatible server').optional(),
      path_style: z.boolean().optional().describe('put the bucket in the path'),
      sign_request: z.boolean().optional().describe('false: read a public bucket without credentials'),
      request_payer: z
        .enum(['requester'])
        .optional()
        .describe('accept the charges of a requester-pays bucket'),
    })
    .optional()
    .describe('how buckets are reached'),
});

const named = <Shape extends z.ZodType>(each: Shape) => z.record(z.string().regex(NAME, NAME_FORM), each);

export const fileShape = z.strictObject({
  $schema: z.string().optional().describe('of a file in JSON: where its schema is, for editors'),
  defaults: defaults.optional().describe('what jobs have that do not say otherwise'),
  profiles: named(profile).optional().describe('where jobs go, and as whom, by name'),
  notify: notify.optional(),
  jobs: named(job).describe('the jobs by name, in the order in which they run'),
});

export type FileData = z.output<typeof fileShape>;
export type JobData = z.output<typeof job>;
export type ProfileData = z.output<typeof profile>;
export type TargetData = z.output<typeof target>;
export type DefaultsData = z.output<typeof defaults>;

/** The names that a map at this path of the file may have; undefined: any name. */
export function knownNames(path: readonly PropertyKey[]): readonly string[] | undefined {
  let shape: z.ZodType = fileShape;
  for (const step of path) {
    const inner = withoutWrapper(shape);
    if (inner instanceof z.ZodObject)
      shape = (inner.shape as Record<string, z.ZodType>)[String(step)] ?? z.any();
    else if (inner instanceof z.ZodRecord) shape = inner.valueType as z.ZodType;
    else if (inner instanceof z.ZodArray) shape = inner.element as z.ZodType;
    else return undefined;
  }
  const found = withoutWrapper(shape);
  const objects = found instanceof z.ZodUnion ? (found.options as z.ZodType[]) : [found];
  const names = objects.flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
  return names.length === 0 ? undefined : names;
}

const withoutWrapper = (shape: z.ZodType): z.ZodType =>
  shape instanceof z.ZodOptional ? withoutWrapper(shape.unwrap() as z.ZodType) : shape;

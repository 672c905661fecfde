import * as z from 'zod';
import { ruleProblem } from '../../filter/pattern-problem.ts';
import { messageOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { isWholeAddress, parseDestination, parsePlace } from '../addresses.ts';
import { markerProblem, pairProblem, unmetNeeds } from '../check-job.ts';
import type { Job, JobSections } from '../job.ts';
import {
  BYTE_RATE_FORM,
  BYTES_FORM,
  DURATION_FORM,
  parseByteRate,
  parseBytes,
  parseDuration,
  parseSample,
  QUANTITY_PATTERNS,
  SAMPLE_FORM,
} from './quantities.ts';
import type { AnySetting } from './setting.ts';
import { configError } from '../usage-errors.ts';
import { settingsIn } from './settings.ts';

const WHOLE = 'is no absolute path, and no s3:// or stage:// address';

/** An address that `parse` takes. */
const end = (parse: (text: string) => void): z.ZodString =>
  z
    .string()
    .refine((text) => !text.includes('\0'), 'contains a NUL character')
    .superRefine((text, context) => {
      try {
        if (isWholeAddress(text)) parse(text);
        else context.addIssue({ code: 'custom', message: WHOLE });
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) });
      }
    });

const from = end((text) => parsePlace(text, 'it', '/')).describe(
  'what is copied: an absolute path of a directory, s3://BUCKET/PREFIX, or a Stage as in `to`',
);

const to = end((text) => parseDestination(text, '/')).describe(
  'where it goes: stage://DEPLOYMENT/PATH, stage:///PATH or stage://local/PATH; where a Stage is copied, an absolute path of a directory',
);

const rule = z
  .strictObject({ kind: z.enum(['include', 'exclude']), pattern: z.string() })
  .superRefine((each, context) => {
    const problem = ruleProblem(each);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `the pattern ${problem}` });
  });

const fileName = z.string().superRefine((name, context) => {
  const problem = markerProblem(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: `the name ${problem}` });
});

const PARSERS = {
  duration: parseDuration,
  byteRate: parseByteRate,
  bytes: parseBytes,
  sample: parseSample,
} as const;

/**
 * A number of the canonical unit, or a text as a flag takes it. The text is parsed as well, because the pattern alone
 * accepts '0s'.
 */
const quantity = (kind: keyof typeof PARSERS, form: string) =>
  z.union([
    z.int().positive(),
    z
      .string()
      .regex(QUANTITY_PATTERNS[kind], form)
      .refine((text) => PARSERS[kind](text) !== undefined, form),
  ]);

/** Characters of a name in a database. */
const LONGEST_NAME = 64;

/** As strict as the flags are. */
const VALUES: Readonly<Record<Exclude<AnySetting['type']['kind'], 'choice'>, z.ZodType>> = {
  switch: z.boolean(),
  count: z.int().positive(),
  countOrAuto: z.union([z.int().positive(), z.literal('auto')]),
  number: z.number().positive(),
  duration: quantity('duration', DURATION_FORM),
  byteRate: quantity('byteRate', BYTE_RATE_FORM),
  bytes: quantity('bytes', BYTES_FORM),
  sample: quantity('sample', SAMPLE_FORM),
  rules: z.array(rule),
  fileName,
  name: z.string().min(1).max(LONGEST_NAME),
};

/** The shape of one value, without its default. */
export const valueShape = ({ type }: AnySetting): z.ZodType =>
  type.kind === 'choice' ? z.enum(type.choices) : VALUES[type.kind];

function settingShape(setting: AnySetting): z.ZodType {
  const shape = valueShape(setting).describe(setting.meaning ?? setting.flags[0]?.help ?? '');
  return setting.default === undefined ? shape.optional() : shape.default(setting.default);
}

/** The shape of one section; settings that are left out get their defaults. `without`: settings that it does not have. */
const sectionShape = (section: keyof JobSections, without: readonly string[] = []) =>
  z.strictObject(
    Object.fromEntries(
      settingsIn(section)
        .filter(([name]) => !without.includes(name))
        .map(([name, setting]) => [name, settingShape(setting)]),
    ),
  );

const checked = <Shape extends z.ZodType>(what: Shape): Shape =>
  what.superRefine((settings, context) => {
    for (const { setting, needs } of unmetNeeds(settings as JobSections['what']))
      context.addIssue({ code: 'custom', path: [setting], message: `needs ${needs}` });
  });

const ends = { from, to };

/** Also checks that a job can go from the one end to the other. */
const withPair = <Shape extends z.ZodType>(job: Shape): Shape =>
  job.superRefine((value, context) => {
    const ends = value as { readonly from: string; readonly to: string };
    // an end that is no address has been told already
    if (!from.safeParse(ends.from).success || !to.safeParse(ends.to).success) return;
    const problem = pairProblem(parsePlace(ends.from, 'it', '/'), parseDestination(ends.to, '/'));
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['to'], message: problem });
  });

/** A job in JSON. Only the ends have to be given. */
export const jobShape = withPair(
  z.strictObject({
    name: z.string().min(1).optional().describe('a name for people'),
    ...ends,
    what: checked(sectionShape('what')).prefault({}),
    pace: sectionShape('pace').prefault({}),
    when: sectionShape('when').optional().describe('when a watch looks'),
    load: sectionShape('load').optional().describe('the way from the Stage to a table'),
    profile: z.string().min(1).optional().describe('the profile of the surroundings to run it with'),
  }),
);

/**
 * The job of a plan file. Whoever applies the plan says when, and with which profile. The job has no sweep of hidden
 * names either, because no line of a plan names them.
 */
export const plannedJobShape = withPair(
  z.strictObject({
    ...ends,
    what: checked(sectionShape('what', ['sweepOlderThan'])),
    pace: sectionShape('pace'),
  }),
);

/**
 * The job that JSON says: whole, with the defaults of all that is left out, and every quantity a number. Rejects with
 * `config` what is no job, naming the setting.
 */
export function readJob(value: unknown): Job {
  const job = jobShape.safeParse(value);
  if (!job.success) throw configError(`the job cannot be run: ${firstIssue(job.error, 'it')}`);
  return canonicalJob(job.data);
}

/** The first problem, and its place: 'what.marker: needs publishSet'. `whole` stands for the value itself. */
export function firstIssue(error: z.ZodError, whole: string): string {
  const { path = [], message = '' } = error.issues[0] ?? {};
  const where = path.length === 0 ? whole : path.join('.');
  return `${printable(where).slice(0, SHOWN)}: ${printable(message).slice(0, SHOWN)}`;
}

/** Characters of a foreign value that may stand in a message. */
const SHOWN = 200;

/** The canonical job: every quantity a number. */
export function canonicalJob(job: z.output<typeof jobShape> | z.output<typeof plannedJobShape>): Job {
  const sections = (['what', 'pace', 'when', 'load'] as const).flatMap((section) => {
    const values = (job as Partial<Record<typeof section, Readonly<Record<string, unknown>>>>)[section];
    return values === undefined ? [] : [[section, canonicalSection(section, values)] as const];
  });
  return { ...job, ...Object.fromEntries(sections) } as unknown as Job;
}

function canonicalSection(
  section: keyof JobSections,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const kinds = new Map(settingsIn(section).map(([name, { type }]) => [name, type.kind]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const kind = kinds.get(name);
      return [name, typeof value === 'string' && isQuantity(kind) ? PARSERS[kind](value) : value];
    }),
  );
}

const isQuantity = (kind: string | undefined): kind is keyof typeof PARSERS =>
  kind !== undefined && Object.hasOwn(PARSERS, kind);

/** The JSON Schema of a job, as schema/job.json has it: for editors of files that hold jobs. */
export const jobSchema = (): object => ({
  title: 'A stagesync job',
  ...z.toJSONSchema(jobShape, { io: 'input' }),
});

import * as z from 'zod';

/** A tool of the server: what an agent is told of it, and the command line that it becomes. */
export interface Tool<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Shape;
  /** Whether it can change anything, also with what it is given. */
  readonly changes: boolean;
  /** Statuses that are an answer, besides 0: the places differ, some files are not loaded. */
  readonly answers?: readonly number[];
  readonly words: (input: z.infer<z.ZodObject<Shape>>) => Words;
}

/** A command, its flags and what comes after them. Values of people never stand where a flag could. */
interface Words {
  readonly command: readonly string[];
  readonly flags?: readonly string[];
  readonly operands?: readonly (string | undefined)[];
}

/** The words of a command line. What an agent named stands behind '--': it is never read as a flag. */
export function commandLine({ command, flags = [], operands = [] }: Words): string[] {
  const named = operands.filter((each) => each !== undefined);
  return [...command, '--json', ...flags, ...(named.length === 0 ? [] : ['--', ...named])];
}

const PLACES =
  'stage://DEPLOYMENT/PATH (stage://local/PATH is a Stage on this machine, for trying things), s3://BUCKET/PREFIX, or a directory';

/** What agents name. No program can be given a NUL character. */
const named = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0'), 'it contains a NUL character');
const address = named;
const patterns = z.array(named).max(100).optional();

/** What is brought over, and what is left out. */
const PAIR = {
  source: address.describe(`where files come from: ${PLACES}`),
  destination: address.describe(
    'where they go: stage://DEPLOYMENT/PATH; or a directory, for a Stage as source',
  ),
  exclude: patterns.describe('files that take no part, as .gitignore patterns'),
  include: patterns.describe('files that take part, as .gitignore patterns'),
  delete: z
    .boolean()
    .optional()
    .describe('also remove what an earlier run put there and the source no longer has'),
};

type PairInput = z.infer<z.ZodObject<typeof PAIR>>;

const pairFlags = ({ exclude = [], include = [], delete: removes }: PairInput): string[] => [
  ...include.map((pattern) => `--include=${pattern}`),
  ...exclude.map((pattern) => `--exclude=${pattern}`),
  ...(removes === true ? ['--delete'] : []),
];

const tool = <Shape extends z.ZodRawShape>(declared: Tool<Shape>): Tool => declared as unknown as Tool;

export const TOOLS: readonly Tool[] = [
  tool({
    name: 'list',
    title: 'List files',
    description: `Lists a folder: ${PLACES}. Without an address: the deployments that have a Stage.`,
    input: {
      address: address.optional().describe('the folder; without it, all deployments'),
      recursive: z.boolean().optional().describe('also what is in folders below'),
    },
    changes: false,
    words: (input) => ({
      command: ['ls'],
      flags: input.recursive === true ? ['--recursive'] : [],
      operands: [input.address],
    }),
  }),
  tool({
    name: 'plan',
    title: 'Plan a sync',
    description:
      'Compares source and destination and says what a sync would do, file by file, with the reason of each and the cost. Nothing is changed.',
    input: PAIR,
    changes: false,
    words: (input) => ({
      command: ['sync'],
      flags: ['--dry-run', ...pairFlags(input)],
      operands: [input.source, input.destination],
    }),
  }),
  tool({
    name: 'sync',
    title: 'Sync',
    description:
      'Makes the destination equal to the source. It is a dry run unless apply is true: show people what would be done, and apply it once they agree. Removes nothing without delete.',
    input: {
      ...PAIR,
      apply: z.boolean().default(false).describe('really do it; without it, only say what would be done'),
    },
    changes: true,
    words: (input) => ({
      command: ['sync'],
      flags: [...(input.apply ? [] : ['--dry-run']), ...pairFlags(input)],
      operands: [input.source, input.destination],
    }),
  }),
  tool({
    name: 'check',
    title: 'Compare two places',
    description:
      'Compares the files of two places by names and sizes, or by their bytes. Nothing is changed. Exit status 8: they differ.',
    input: {
      a: address.describe(PLACES),
      b: address.describe(PLACES),
      content: z.boolean().optional().describe('read and compare the bytes of all files'),
    },
    changes: false,
    answers: [8],
    words: (input) => ({
      command: ['check'],
      flags: input.content === true ? ['--content'] : [],
      operands: [input.a, input.b],
    }),
  }),
  tool({
    name: 'explain',
    title: 'Explain a decision',
    description:
      'Says what was last decided for each path, why and when. Reads what earlier runs remembered.',
    input: { paths: z.array(named).min(1).max(100).describe('local files, or paths on a Stage') },
    changes: false,
    words: (input) => ({ command: ['explain'], operands: input.paths }),
  }),
  tool({
    name: 'status',
    title: 'Status of runs',
    description:
      'Says for each pair of source and destination how recent runs ended and why the last one failed.',
    input: { source: address.optional(), destination: address.optional() },
    changes: false,
    words: (input) => ({ command: ['status'], operands: [input.source, input.destination] }),
  }),
  tool({
    name: 'load_status',
    title: 'Status of loading',
    description:
      'Says of each file on a Stage whether pipelines of the database loaded it, have not yet, or skipped it, with the error and its line.',
    input: {
      address: address.describe('stage://DEPLOYMENT/PATH'),
      state: z.enum(['unloaded', 'loaded', 'skipped']).optional().describe('only files in this state'),
    },
    changes: false,
    answers: [9],
    words: (input) => ({
      command: ['load', 'status'],
      flags: input.state === undefined ? [] : [`--state=${input.state}`],
      operands: [input.address],
    }),
  }),
];

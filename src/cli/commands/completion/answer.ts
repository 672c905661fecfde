import { Command } from 'commander';
import type { CommandRow, Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { OF_HELP } from '../../help/top-help.ts';
import { TOPICS } from '../../help/topics.ts';
import { expectedOn, type Candidate, type Expectation } from './expect.ts';
import { forBash, splitLine, type TypedLine } from './words.ts';
import type { Shell } from './shells.ts';

interface Answer {
  readonly candidates: readonly Candidate[];
  /** What the shell adds by itself. */
  readonly also?: 'files' | 'folders' | undefined;
}

const NONE: Answer = { candidates: [] };

/**
 * `stagesync completion answer`: what a shell's glue asks. Whatever goes wrong, nothing is said: a completion that fails
 * must not disturb the line that is typed.
 */
export async function answerShell(
  context: Context,
  shell: Shell,
  given: readonly string[],
): Promise<ExitStatus> {
  const isBash = shell === 'bash';
  const [point = '0', line = '', breaks = ''] = isBash ? given : [];
  const typed: TypedLine = isBash
    ? splitLine(line.slice(0, Number(point)))
    : { words: given.slice(0, -1), current: given.at(-1) ?? '', quote: undefined };
  const { candidates, also } = await answerTo(context, typed).catch(() => NONE);
  const shown = candidates.filter(({ value }) => !/[\t\n\r]/.test(value));
  for (const { value, description } of shown) {
    if (isBash) context.out.line(forBash(value, typed, breaks));
    else context.out.line(description === undefined ? value : `${value}\t${oneLine(description)}`);
  }
  const goesOn = shown.length > 0 && shown.every((each) => each.goesOn === true);
  context.out.line([':', ...(goesOn ? ['nospace'] : []), ...(also === undefined ? [] : [also])].join(' '));
  return EXIT.clean;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 80);

async function answerTo(context: Context, { words, current }: TypedLine): Promise<Answer> {
  const { commands: rows } = context;
  const isHelp = words[0] === 'help';
  if (words.length === 0 || (isHelp && words.length === 1))
    return startingWith(current, topWords(rows, isHelp));
  const [name, ...rest] = isHelp ? words.slice(1) : words;
  const row = rows.find((each) => each.name === name || each.alias === name);
  if (row === undefined) return NONE;
  const top = new Command();
  (await row.load()).declare(top, () => async () => undefined);
  const command = top.commands[0]!;
  const expectation = expectedOn(command, rest, current);
  // after "help" there are verbs alone
  if (isHelp && expectation.expected.kind !== 'words') return NONE;
  return fill(context, expectation);
}

const topWords = (rows: readonly CommandRow[], isHelp: boolean): Candidate[] =>
  [...rows, ...OF_HELP, ...(isHelp ? TOPICS : [])].map(({ name, summary }) => ({
    value: name,
    description: summary,
  }));

const startingWith = (prefix: string, candidates: readonly Candidate[]): Answer => ({
  candidates: candidates.filter(({ value }) => value.startsWith(prefix)),
});

async function fill(context: Context, { expected, before, prefix }: Expectation): Promise<Answer> {
  const found = await candidatesFor(context, expected, prefix);
  const { candidates } = startingWith(prefix, found.candidates);
  return { ...found, candidates: candidates.map((each) => ({ ...each, value: before + each.value })) };
}

async function candidatesFor(
  context: Context,
  expected: Expectation['expected'],
  prefix: string,
): Promise<Answer> {
  switch (expected.kind) {
    case 'words':
      return { candidates: expected.candidates };
    case 'files':
    case 'folders':
      return { candidates: [], also: expected.kind };
    case 'jobs':
      return { candidates: await jobsHere(context) };
    case 'address':
      return addresses(context, prefix, { jobs: expected.jobs });
    case 'nothing':
      return NONE;
    default:
      return expected satisfies never;
  }
}

/** The beginnings of addresses, beside files. */
const SCHEMES: readonly Candidate[] = [
  { value: 'stage://', description: 'a Stage', goesOn: true },
  { value: 's3://', description: 'a bucket', goesOn: true },
];

async function addresses(
  context: Context,
  prefix: string,
  { jobs }: { readonly jobs: boolean },
): Promise<Answer> {
  if (prefix.startsWith('stage://')) {
    const { stageCandidates } = await import('./stage-names.ts');
    return { candidates: await stageCandidates(context, prefix) };
  }
  if (prefix.includes('://')) return NONE;
  return { candidates: [...(jobs ? await jobsHere(context) : []), ...SCHEMES], also: 'files' };
}

/** The jobs of the jobs file that lies here. */
async function jobsHere({ host }: Context): Promise<Candidate[]> {
  const { chooseJobsFile, hasJobsFile, readChosenFile } = await import('../../jobs-file.ts');
  if (!hasJobsFile(host, {})) return [];
  const file = await readChosenFile(host, chooseJobsFile(host, {}));
  return file.jobs.map(({ name, job }) => ({ value: name, description: `${job.from} -> ${job.to}` }));
}

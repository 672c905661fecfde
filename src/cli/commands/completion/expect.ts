import type { Argument, Command, Option } from 'commander';

/** A value, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly description?: string | undefined;
  /** More of the same word follows. */
  readonly goesOn?: boolean;
}

/** What may stand under the cursor. */
export type Expected =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'jobs' }
  /** A place; with `jobs`, the name of a job too. */
  | { readonly kind: 'address'; readonly jobs: boolean }
  | { readonly kind: 'nothing' };

export interface Expectation {
  readonly expected: Expected;
  /** What of the word under the cursor comes before the value: '--file='. */
  readonly before: string;
  /** The value so far. */
  readonly prefix: string;
}

const words = (candidates: readonly Candidate[]): Expected => ({ kind: 'words', candidates });
const NOTHING: Expected = { kind: 'nothing' };

/** What may come next on the line of a command. `typed`: the words after its name. */
export function expectedOn(top: Command, typed: readonly string[], current: string): Expectation {
  const { command, positionals, open, isAfterDashes } = walk(top, typed);
  const plain = (expected: Expected): Expectation => ({ expected, before: '', prefix: current });
  if (open !== undefined) return plain(valueOf(open));
  if (current.startsWith('-') && !isAfterDashes) {
    const [, name = '', prefix] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
    if (prefix === undefined) return plain(words(flagsOf(command)));
    const option = optionNamed(command, name);
    return { expected: option === undefined ? NOTHING : valueOf(option), before: `${name}=`, prefix };
  }
  const verbs = positionals === 0 ? verbsOf(command) : [];
  const argument = argumentAt(command, positionals);
  if (verbs.length > 0) return plain(words(verbs));
  return plain(argument === undefined ? NOTHING : placeOf(argument, command, positionals));
}

interface Walked {
  readonly command: Command;
  /** How many arguments were given. */
  readonly positionals: number;
  /** The flag whose value is under the cursor. */
  readonly open: Option | undefined;
  readonly isAfterDashes: boolean;
}

function walk(top: Command, typed: readonly string[]): Walked {
  let [command, positionals, isAfterDashes] = [top, 0, false];
  let open: Option | undefined;
  for (const word of typed) {
    if (open !== undefined) open = undefined;
    else if (word === '--' && !isAfterDashes) isAfterDashes = true;
    else if (word.startsWith('-') && word !== '-' && !isAfterDashes) {
      const option = word.includes('=') ? undefined : optionNamed(command, word);
      if (option?.required === true) open = option;
    } else {
      const verb = positionals === 0 ? command.commands.find((each) => isNamed(each, word)) : undefined;
      if (verb === undefined) positionals++;
      else command = verb;
    }
  }
  return { command, positionals, open, isAfterDashes };
}

const isNamed = (command: Command, word: string): boolean =>
  command.name() === word || command.aliases().includes(word);

const optionNamed = ({ options }: Command, word: string): Option | undefined =>
  options.find(({ long, short }) => long === word || short === word);

const flagsOf = ({ options }: Command): Candidate[] => [
  ...options.flatMap(({ long, description, hidden }) =>
    hidden || long === null || long === undefined ? [] : [{ value: long, description }],
  ),
  { value: '--help', description: 'how to use it' },
];

const verbsOf = ({ commands }: Command): Candidate[] =>
  commands.flatMap((each) =>
    (each as { _hidden?: boolean })._hidden === true
      ? []
      : [{ value: each.name(), description: each.summary() || each.description() }],
  );

function argumentAt({ registeredArguments: all }: Command, at: number): Argument | undefined {
  const last = all.at(-1);
  return all[at] ?? (last?.variadic === true ? last : undefined);
}

const OF_FILES = /^(file|body|output|value-file)$/;
const OF_FOLDERS = /^(dir|folder|data)$/;
const OF_PLACES = /^(source|dest|stage|place|address|addresses|paths?|target|a|b)$/;
/** The first argument of these may be the name of a job as well. */
const OR_JOB = new Set(['plan', 'check', 'status', 'logs', 'explain', 'doctor']);
/** Their arguments are jobs. */
const OF_JOBS = new Set(['run', 'up', 'flush', 'pause', 'resume', 'stop', 'list', 'show', 'next']);

function valueOf(option: Option): Expected {
  if (option.argChoices !== undefined) return words(option.argChoices.map((value) => ({ value })));
  return ofKind(/[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '', { jobs: false });
}

function placeOf(argument: Argument, command: Command, at: number): Expected {
  if (argument.argChoices !== undefined) return words(argument.argChoices.map((value) => ({ value })));
  const isOfJobs = command.parent?.parent === null ? OF_JOBS : new Set(['list', 'show', 'next']);
  if (argument.name() === 'name' && isOfJobs.has(command.name()) && isAboutJobs(command))
    return { kind: 'jobs' };
  return ofKind(argument.name(), { jobs: at === 0 && OR_JOB.has(command.name()) });
}

/** `jobs list`, and the commands that are about jobs by themselves; not `workspaces list`. */
const isAboutJobs = ({ parent }: Command): boolean =>
  parent === null || parent.parent === null || parent.name() === 'jobs';

function ofKind(name: string, { jobs }: { readonly jobs: boolean }): Expected {
  if (OF_FILES.test(name)) return { kind: 'files' };
  if (OF_FOLDERS.test(name)) return { kind: 'folders' };
  return OF_PLACES.test(name) ? { kind: 'address', jobs } : NOTHING;
}

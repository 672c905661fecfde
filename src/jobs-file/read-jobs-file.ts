import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { readEnvironment } from '../jobs/environment.ts';
import { readFoundText, readNamedText } from '../disk/text-file.ts';
import { configError, unreadableFile } from '../jobs/usage-errors.ts';
import { printable } from '../model/printable.ts';
import { composeJob, type ComposedJob, type Composing } from './compose/compose-job.ts';
import type { Origins } from './compose/origins.ts';
import { findOverlaps, placesOf, type Overlap } from './compose/overlaps.ts';
import { profileOf, profileProblems } from './compose/profiles.ts';
import type { Variables } from './document/interpolate.ts';
import { positionOf, plainValue, valueAt, type Located } from './document/located.ts';
import { parseFile } from './document/parse-document.ts';
import { JobsFileError, type FileProblem } from './file-problem.ts';
import type { JobsFile, TrustedPart } from './jobs-file.ts';
import { fileShape, type ProfileData } from './shape/file-shape.ts';
import { secretProblems, shapeProblems } from './shape/issue-text.ts';
import { digestOf, isApproved, type FileVersion } from './trust/approvals.ts';
import { allTrustedParts, trustedParts } from './trust/trusted-parts.ts';

export interface ReadOptions {
  /** Variables of the process: those that `${NAME}` means, and those that the command line reads. */
  readonly environment: Variables;
  /** What `~` means. */
  readonly home: string;
  /** From where a relative `path` is read; absolute. */
  readonly folder: string;
  /**
   * Whether the user named the file on this command line. A file that was found by its usual name has to be a regular one, and
   * to be approved where it runs programs, or says where secrets go.
   */
  readonly isNamed: boolean;
  /** For "has a next run". Default: now. */
  readonly now?: Date | undefined;
}

/** A jobs file with the places of its values. */
export interface ExplainedFile {
  readonly file: JobsFile;
  /** By the name of the job. What is not there has its default. */
  readonly origins: ReadonlyMap<string, Origins>;
  /** Whether the user stands by the file: it was named on the command line, or this version of it approved. */
  readonly isTrusted: boolean;
  readonly version: FileVersion;
  /** All that counts only in a trusted file. */
  readonly parts: readonly TrustedPart[];
}

/**
 * Reads a file of jobs. Rejects with a JobsFileError, which has all that is wrong with its places, and with `config` where
 * there is no such file or it cannot be read.
 */
export const readJobsFile = (path: string, options: ReadOptions): JobsFile =>
  readExplained(path, options).file;

/** The same, with where each value comes from. */
export function readExplained(path: string, options: ReadOptions): ExplainedFile {
  const place = resolve(options.folder, path);
  return readJobsText(textOf(place, { shown: path, isNamed: options.isNamed }), {
    ...options,
    place,
    shown: path,
  });
}

export interface ReadTextOptions extends ReadOptions {
  /** Where the file lies; absolute. */
  readonly place: string;
  /** What messages call it. */
  readonly shown: string;
}

/** The same of a text that is in hand. */
export function readJobsText(text: string, options: ReadTextOptions): ExplainedFile {
  const { place, shown, environment, home, now = new Date() } = options;
  const problems: FileProblem[] = [];
  const top = parseFile(text, environment, (at, message) => void problems.push({ ...at, message }));
  if (top === undefined) throw new JobsFileError(shown, problems);
  const shaped = fileShape.safeParse(plainValue(top));
  if (!shaped.success) problems.push(...shapeProblems(shaped.error, top));
  problems.push(...secretProblems(top));
  const isRight = partsWithout(shaped.error?.issues ?? []);
  const composing = composingOf(top, isRight, {
    folders: { folder: dirname(place), home },
    environment: readEnvironment(environment, home),
    now,
    report: (at, message) =>
      void problems.push({ ...positionOf(top, at), message: `${at.map(String).join('.')}: ${message}` }),
  });
  const jobs = namesIn(top, 'jobs')
    .filter((name) => isRight('defaults') && isRight('notify') && isRight('jobs', name))
    .map((name) => composeJob(name, composing))
    .filter((job) => job !== undefined);
  problems.push(...overlapsAmong(jobs, composing));
  if (problems.length > 0) throw new JobsFileError(shown, withoutRepeats(problems));
  const file = { path: place, jobs: jobs.map(({ named }) => named), profiles: composing.profiles };
  const version = { path: place, digest: digestOf(text, allTrustedParts(file)) };
  const isTrusted = options.isNamed || isApproved(composing.environment.stateFolder, version);
  return {
    file: isTrusted ? file : untrusted(file),
    isTrusted,
    version,
    parts: allTrustedParts(file),
    origins: new Map(jobs.map(({ named, origins }) => [named.name, origins])),
  };
}

/** The file with what runs programs left out, and each job with what it needs of that. */
const untrusted = (file: JobsFile): JobsFile => ({
  ...file,
  jobs: file.jobs.map((job) => {
    const parts = trustedParts(file, job);
    return parts.length === 0 ? job : { ...job, untrusted: parts, notify: [] };
  }),
  profiles: Object.fromEntries(
    Object.entries(file.profiles).map(([name, profile]) => [
      name,
      { ...profile, tokenCommand: undefined, sqlPasswordCommand: undefined },
    ]),
  ),
});

type IsRight = (part: string, name?: string) => boolean;

/** Tells which parts of the file have their shape, so that these can be looked at further although others have not. */
function partsWithout(issues: readonly z.core.$ZodIssue[]): IsRight {
  const wrong = new Set(
    issues.flatMap(({ path: [part, name] }) => [String(part), `${String(part)}.${String(name)}`]),
  );
  return (part, name) => !wrong.has(name === undefined ? part : `${part}.${name}`);
}

/** A job has some hundred bytes. */
const OF_JOBS = { mostBytes: 512 * 1024, holds: 'a file of jobs' } as const;

function textOf(
  place: string,
  { shown, isNamed }: { readonly shown: string; readonly isNamed: boolean },
): string {
  const name = printable(shown);
  try {
    const text = isNamed ? readNamedText(place, OF_JOBS) : readFoundText(place, OF_JOBS);
    if (text !== undefined) return text;
  } catch (error) {
    if ((((error as Error).cause ?? {}) as NodeJS.ErrnoException).code !== 'ENOENT')
      throw unreadableFile('the jobs file', shown, error);
  }
  throw configError(`there is no jobs file ${name}: "stagesync init" writes one, or name one with --file`);
}

/** In the order of the file: an object would have numbers first. */
function namesIn(top: Located, part: 'jobs' | 'profiles'): readonly string[] {
  const found = valueAt(top, [part]);
  return found?.kind === 'map' ? [...found.entries.keys()] : [];
}

function composingOf(
  top: Located,
  isRight: IsRight,
  given: Pick<Composing, 'folders' | 'environment' | 'now' | 'report'>,
): Composing {
  // a profile of a wrong shape is still one that jobs may name
  const named = namesIn(top, 'profiles').map((name) => {
    const value = valueAt(top, ['profiles', name])!;
    return [name, isRight('profiles', name) ? (plainValue(value) as ProfileData) : {}] as const;
  });
  for (const [name, profile] of named)
    for (const [part, why] of profileProblems(profile))
      given.report(['profiles', name, ...part.split('.')], why);
  return {
    ...given,
    top,
    profiles: Object.fromEntries(named.map(([name, profile]) => [name, profileOf(profile, given.folders)])),
    deployments: Object.fromEntries(named.map(([name, { deployment }]) => [name, deployment])),
  };
}

function overlapsAmong(
  jobs: readonly ComposedJob[],
  { top, profiles, environment }: Composing,
): FileProblem[] {
  const places = jobs.map(({ named: { job } }) =>
    placesOf(job, job.profile === undefined ? undefined : profiles[job.profile], environment),
  );
  return findOverlaps(places).map((overlap) => overlapProblem(overlap, jobs, top));
}

/** What stands once in the file and belongs to several jobs is told once. */
const withoutRepeats = (problems: readonly FileProblem[]): FileProblem[] => [
  ...new Map(problems.map((each) => [`${each.line}:${each.column}:${each.message}`, each])).values(),
];

function overlapProblem(overlap: Overlap, jobs: readonly ComposedJob[], top: Located): FileProblem {
  const named = (at: number): string => jobs[at]!.named.name;
  const lineOf = (at: number): number => positionOf(top, ['jobs', named(at), 'to']).line;
  if (overlap.kind === 'targets') {
    const { first, second } = overlap;
    const { to } = jobs[second]!.named.job;
    return {
      ...positionOf(top, ['jobs', named(second), 'to']),
      message: `jobs.${named(second)}.to: ${to} is, or lies in, where the job ${named(first)} goes (line ${lineOf(first)}), and each would undo what the other does: give each a folder of its own`,
    };
  }
  const [first = 0, ...others] = overlap.ring;
  const way = [...others, first].map((at) => `${named(at)} (line ${lineOf(at)})`).join(', then by ');
  return {
    ...positionOf(top, ['jobs', named(first), 'from']),
    message: `jobs.${named(first)}: what it writes comes back to where it reads, by ${way}: without an end; let one of them go elsewhere`,
  };
}

import type { Job, JobSections } from '../job.ts';
import type { AnySetting } from './setting.ts';
import { settingsIn } from './settings.ts';

/** What a value of each kind has to be, and how that is said. */
const EXPECTED: Readonly<Record<AnySetting['type']['kind'], readonly [(value: unknown) => boolean, string]>> =
  {
    switch: [(value) => typeof value === 'boolean', 'true or false'],
    count: [isCount, 'a whole number of 1 or more'],
    countOrAuto: [(value) => value === 'auto' || isCount(value), "a whole number of 1 or more, or 'auto'"],
    number: [(value) => typeof value === 'number' && value > 0, 'a number greater than 0'],
    duration: [isCount, 'a whole number of milliseconds, 1 or more'],
    byteRate: [isCount, 'a whole number of bytes a second, 1 or more'],
    sample: [(value) => value === 'all' || isCount(value), "a whole number of 1 or more, or 'all'"],
    bytes: [isCount, 'a whole number of bytes, 1 or more'],
    rules: [Array.isArray, 'a list of rules'],
    fileName: [(value) => typeof value === 'string', 'a file name'],
    name: [(value) => typeof value === 'string' && value !== '', 'a name'],
    choice: [(value) => typeof value === 'string', 'one of its choices'],
  };

/**
 * The first problem in the settings of a job that a program made, as 'pace.concurrency has to be …'; undefined where
 * all are right. A job from JSON or from flags has been read by stricter rules.
 */
export function valueProblem(job: Job): string | undefined {
  for (const section of ['what', 'pace', 'when', 'load'] as const) {
    const values = job[section];
    if (values === undefined && (section === 'when' || section === 'load')) continue;
    const problem = sectionProblem(section, (values ?? {}) as Readonly<Record<string, unknown>>);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function sectionProblem(
  section: keyof JobSections,
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  const settings = new Map(settingsIn(section));
  const unknown = Object.keys(values).find((name) => !settings.has(name));
  if (unknown !== undefined) return `${section} has no setting ${JSON.stringify(unknown)}`;
  for (const [name, { type, default: usual }] of settings) {
    const value = values[name];
    if (value === undefined && usual === undefined) continue;
    const [isRight, expected] = EXPECTED[type.kind];
    if (type.kind === 'choice' && !type.choices.includes(value as string))
      return `${section}.${name} has to be one of ${type.choices.join(', ')}`;
    if (!isRight(value)) return `${section}.${name} has to be ${expected}`;
  }
  return undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

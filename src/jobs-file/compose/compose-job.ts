import type * as z from 'zod';
import { parseBudget } from '../../cluster/budget/budget-address.ts';
import { ENVIRONMENT_ONLY } from '../../jobs/authority.ts';
import { checkJob } from '../../jobs/check-job.ts';
import type { Environment } from '../../jobs/environment.ts';
import type { Job } from '../../jobs/job.ts';
import { canonicalJob, jobShape } from '../../jobs/settings/job-shape.ts';
import { parseDuration } from '../../jobs/settings/quantities.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import { plainValue, valueAt, type Located } from '../document/located.ts';
import { didYouMean } from '../../model/names/nearest-word.ts';
import type { NamedJob, Profile, Schedule } from '../jobs-file.ts';
import { machineTimeZone, scheduleProblem } from '../schedule.ts';
import type { TargetData } from '../shape/file-shape.ts';
import { inFile, namedSettings, SECTIONS } from '../shape/setting-names.ts';
import { rulesOf } from './filter-rules.ts';
import { targetOf, targetProblems } from './notify-targets.ts';
import { originOf, type Origin } from './origins.ts';
import { addressInFile, type Folders } from './paths.ts';

const DAY_MS = 86_400_000;
const USUAL_HISTORY_MS = 90 * DAY_MS;

/** What a job of the file is made with. */
export interface Composing {
  readonly top: Located;
  readonly folders: Folders;
  readonly environment: Environment;
  readonly profiles: Readonly<Record<string, Profile>>;
  /** The deployment that an address without one means, by the name of a profile. */
  readonly deployments: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly report: (path: readonly PropertyKey[], message: string) => void;
}

export interface ComposedJob {
  readonly named: NamedJob;
  readonly origins: ReadonlyMap<string, Origin>;
}

/** A job of the file, whole: what it says, then `defaults`, then the defaults of the flags. Undefined where something is wrong, which is reported. */
export function composeJob(name: string, composing: Composing): ComposedJob | undefined {
  return new JobComposer(name, composing).compose();
}

class JobComposer {
  readonly #name: string;
  readonly #with: Composing;
  readonly #origins = new Map<string, Origin>();
  #isRight = true;

  constructor(name: string, composing: Composing) {
    this.#name = name;
    this.#with = composing;
  }

  compose(): ComposedJob | undefined {
    const watch = this.#value('watch') === true;
    const named = {
      name: this.#name,
      watch,
      schedule: this.#schedule(),
      overlap: (this.#text('overlap') as NamedJob['overlap'] | undefined) ?? 'skip',
      timeoutMs: this.#duration('timeout'),
      notify: this.#notify(),
      historyMs: this.#duration('history') ?? USUAL_HISTORY_MS,
      guards: { maxDelete: this.#maxDelete() },
      sqsQueue: this.#text('sqs_queue'),
      budget: this.#budget(),
    };
    const job = this.#job(watch);
    if (job !== undefined) this.#checkWatch(job, watch);
    return job !== undefined && this.#isRight
      ? { named: { ...named, job }, origins: this.#origins }
      : undefined;
  }

  #wrong(path: readonly PropertyKey[], message: string): void {
    this.#isRight = false;
    this.#with.report(this.#where(path), message);
  }

  /** The path in the file of a value of this job: in the job, else in `defaults`. */
  #where(path: readonly PropertyKey[]): readonly PropertyKey[] {
    const own = ['jobs', this.#name, ...path];
    const usual = ['defaults', ...path];
    const { top } = this.#with;
    return valueAt(top, own) === undefined && valueAt(top, usual) !== undefined ? usual : own;
  }

  /** A value as it stands in the file, remembered with its place. */
  #value(...path: readonly string[]): unknown {
    const where = this.#where(path);
    const located = valueAt(this.#with.top, where);
    if (located === undefined) return undefined;
    this.#origins.set(path.join('.'), originOf(where[0] === 'jobs' ? 'job' : 'defaults', located));
    return plainValue(located);
  }

  #text(...path: readonly string[]): string | undefined {
    return this.#value(...path) as string | undefined;
  }

  #duration(name: string): number | undefined {
    const text = this.#text(name);
    return text === undefined ? undefined : parseDuration(text);
  }

  #budget(): string | undefined {
    const url = this.#text('budget');
    if (url === undefined) return undefined;
    try {
      parseBudget({ url, from: 'it', isPublic: false });
    } catch (error) {
      if (!isSyncError(error)) throw error;
      this.#wrong(['budget'], messageOf(error));
    }
    return url;
  }

  #maxDelete(): string | undefined {
    const limit = this.#value('max_delete');
    return limit === undefined ? undefined : `${limit as string | number}`;
  }

  #notify(): NamedJob['notify'] {
    const own = this.#value('notify');
    const path = own === undefined ? ['notify'] : this.#where(['notify']);
    const located = valueAt(this.#with.top, path);
    if (located === undefined) return [];
    if (own === undefined) this.#origins.set('notify', originOf('defaults', located));
    const targets = plainValue(located) as TargetData[];
    for (const [at, target] of targets.entries())
      for (const [part, why] of targetProblems(target)) {
        this.#isRight = false;
        this.#with.report([...path, at, ...(part === '' ? [] : [part])], why);
      }
    return this.#isRight ? targets.map((target) => targetOf(target, this.#with.folders)) : [];
  }

  #schedule(): Schedule | undefined {
    const { top, now } = this.#with;
    const located = valueAt(top, ['jobs', this.#name, 'schedule']);
    if (located === undefined) return undefined;
    const isLine = located.kind === 'scalar';
    const part = (name: string): string | undefined => this.#text('schedule', name);
    if (isLine) this.#origins.set('schedule.cron', originOf('job', located));
    const schedule: Schedule = {
      cron: isLine ? String(located.value) : part('cron')!,
      timeZone: part('timezone') ?? machineTimeZone(),
      jitterMs: parseDuration(part('jitter') ?? '') ?? 0,
      missed: (part('missed') as Schedule['missed'] | undefined) ?? 'run_once',
    };
    const problem = scheduleProblem(schedule, now);
    if (problem === undefined) return schedule;
    this.#wrong(isLine && problem.part === 'cron' ? ['schedule'] : ['schedule', problem.part], problem.why);
    return undefined;
  }

  #job(watch: boolean): Job | undefined {
    const { profiles, deployments, folders } = this.#with;
    const profile = this.#text('profile');
    if (profile !== undefined && !Object.hasOwn(profiles, profile)) {
      this.#wrong(['profile'], unknownProfile(profile, Object.keys(profiles)));
      return undefined;
    }
    if (profile !== undefined)
      this.#rememberProfile(valueAt(this.#with.top, ['profiles', profile]), 'profile');
    const deployment = profile === undefined ? undefined : deployments[profile];
    const end = (name: 'from' | 'to'): string =>
      withDeployment(addressInFile(this.#text(name) ?? '', folders), deployment);
    const input = {
      name: this.#name,
      from: end('from'),
      to: end('to'),
      ...this.#sections(watch),
      ...(profile !== undefined && { profile }),
    };
    const read = jobShape.safeParse(input);
    if (!read.success) {
      for (const issue of read.error.issues)
        this.#wrong(
          issue.path.map((step) => inFile(String(step))),
          issueWords(issue),
        );
      return undefined;
    }
    return canonicalJob(read.data);
  }

  #rememberProfile(values: Located | undefined, name: string): void {
    if (values?.kind === 'map')
      for (const [key, { value }] of values.entries) this.#rememberProfile(value, `${name}.${key}`);
    else if (values !== undefined) this.#origins.set(name, originOf('profile', values));
  }

  /** The settings that somebody gave, by their names in a job. */
  #sections(watch: boolean): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    const isSaid = (section: string): boolean => {
      if (section === 'load') return this.#value(section) !== undefined;
      return section !== 'when' || watch;
    };
    const sections = SECTIONS.filter(isSaid).map((section) => {
      const values = namedSettings(section).flatMap(([inTheFile, name, { type }]) => {
        const value = this.#value(section, inTheFile);
        if (value === undefined) return [];
        return [[name, type.kind === 'rules' ? this.#rules(value, [section, inTheFile]) : value] as const];
      });
      return [section, Object.fromEntries(values)] as const;
    });
    return Object.fromEntries(sections);
  }

  #rules(value: unknown, path: readonly string[]): unknown {
    const { folders } = this.#with;
    return rulesOf(value as Parameters<typeof rulesOf>[0], folders, (at, why) =>
      this.#wrong([...path, at], why),
    );
  }

  #checkWatch(job: Job, watch: boolean): void {
    const own = (name: string): boolean => valueAt(this.#with.top, ['jobs', this.#name, name]) !== undefined;
    if (own('when') && !watch)
      this.#wrong(
        ['when'],
        'says when a watch looks, and the job has no watch: write watch: true, or leave it out',
      );
    if (own('sqs_queue') && (!watch || !job.from.startsWith('s3://')))
      this.#wrong(['sqs_queue'], 'is for a watch of an s3:// address: write watch: true, or leave it out');
    if (own('overlap') && watch)
      this.#wrong(
        ['overlap'],
        'is for a schedule without a watch: a watch takes what its schedule asks for as soon as it can, within the same run; leave overlap out',
      );
    try {
      checkJob(job, ENVIRONMENT_ONLY, this.#with.environment);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      this.#wrong([], messageOf(error));
    }
  }
}

const unknownProfile = (name: string, known: readonly string[]): string =>
  known.length === 0
    ? `there is no profile ${JSON.stringify(name)}: write it under "profiles", or leave it out`
    : `there is no profile ${JSON.stringify(name)}${didYouMean(name, known) || `; there are ${known.join(', ')}`}`;

/** What the shape of a job says, in the words of the file. */
const issueWords = ({ message }: z.core.$ZodIssue): string =>
  message.replaceAll(/\b(?:publishSet|deleteExcluded)\b/g, inFile);

/** An address that leaves its deployment out means the one of the profile. */
const withDeployment = (address: string, deployment: string | undefined): string =>
  deployment !== undefined && address.startsWith('stage:///')
    ? `stage://${deployment}${address.slice('stage://'.length)}`
    : address;

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../../model/errors.ts';
import type { PlanLine } from '../../model/plan.ts';
import { addressText, type PlaceAddress } from '../addresses.ts';
import type { Job } from '../job.ts';
import { canonicalJob, firstIssue, plannedJobShape } from '../settings/job-shape.ts';
import { unusablePlan } from '../usage-errors.ts';

/** Raised when a plan file's lines change their meaning. */
export const FORMAT = 2;

/** The places that a plan was made for. Whoever applies the plan must reach the same places. */
export interface MadeFor {
  /** The labels of both ends, in which links and names of deployments are resolved. */
  readonly source: string;
  readonly destination: string;
  /** The address of the API; the embedded Stage has none. */
  readonly baseUrl?: string | undefined;
  /** The endpoint of a bucket, where one was given. */
  readonly s3Endpoint?: string | undefined;
}

/** The first line of a plan file. Nothing in it says where a request goes or what authorises it. */
export interface PlanHeader {
  readonly type: 'plan';
  readonly format: typeof FORMAT;
  readonly madeFor: MadeFor;
  /** The name of the job of a jobs file that was planned; whoever applies the plan has that file. */
  readonly ofJob?: string | undefined;
  readonly job: Job;
}

const lineShape = z.object({
  kind: z.enum(['createFolder', 'upload', 'move', 'remove']),
  path: z.string(),
  to: z.string().optional(),
  reason: z.string(),
  bytes: z.number().optional(),
  files: z.number().optional(),
  within: z.string().optional(),
  stamp: z.string(),
});

const headerShape = z.strictObject({
  type: z.literal('plan'),
  format: z.literal(FORMAT),
  madeFor: z.strictObject({
    source: z.string(),
    destination: z.string(),
    baseUrl: z.string().optional(),
    s3Endpoint: z.string().optional(),
  }),
  ofJob: z.string().optional(),
  job: plannedJobShape,
});

/**
 * The part of a job that its plan keeps. Whoever applies the plan says when, and with which profile. `from` is the
 * source as it was opened.
 */
export function plannedJob({ to, what, pace }: Job, from: PlaceAddress): Job {
  const { sweepOlderThan: _, ...planned } = what;
  return { from: addressText(from), to, what: planned, pace };
}

/** The part that every release can read in a plan of any format. */
const anyHeader = z.looseObject({ type: z.literal('plan'), format: z.number() });

export interface PlanFile {
  readonly header: PlanHeader;
  /** Can be read once. Rejects with `config` naming the line that is no action. */
  readonly lines: Iterable<PlanLine>;
}

/** Reads a plan file: its header at once, its actions one by one. Rejects with `config` naming what is wrong. */
export function readPlanFile(file: string, cwd: string): PlanFile {
  if (file === '-') throw unusablePlan(file, 'cannot be standard input; write it to a file');
  const values = jsonLines(isAbsolute(file) ? file : resolve(cwd, file), file);
  return { header: headerOf(file, values.next().value), lines: actionsOf(file, values) };
}

const MAKE = 'make one with "stagesync plan SOURCE DEST -o FILE"';

function headerOf(file: string, value: unknown): PlanHeader {
  const known = anyHeader.safeParse(value);
  if (!known.success) throw unusablePlan(file, `is not a plan of stagesync; ${MAKE}`);
  const { format } = known.data;
  if (format !== FORMAT)
    throw unusablePlan(
      file,
      format < FORMAT
        ? `has format ${format}, of an older stagesync; this one takes only format ${FORMAT}: ${MAKE}`
        : `has format ${format}, of a newer stagesync: upgrade, or ${MAKE}`,
    );
  const header = headerShape.safeParse(value);
  if (header.success) return { ...header.data, job: canonicalJob(header.data.job) };
  throw unusablePlan(
    file,
    `cannot be applied: ${firstIssue(header.error, 'its first line')}; make the plan again`,
  );
}

function* actionsOf(file: string, values: Generator<unknown, void>): Generator<PlanLine, void> {
  let number = 1;
  for (const value of values) {
    number++;
    const line = lineShape.safeParse(value);
    if (!line.success) throw unusablePlan(file, `has something else than an action in line ${number}`);
    yield line.data;
  }
}

function* jsonLines(path: string, name: string): Generator<unknown, void> {
  let number = 0;
  for (const text of textLines(path, name)) {
    number++;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // without the parser's message, which quotes the text: the file may be any file
      throw unusablePlan(name, `is damaged in line ${number}; ${MAKE}`);
    }
    yield value;
  }
}

/** Characters; the lines of plans are far shorter. A file without line breaks must not fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Line by line, so that a plan of millions of actions is never in memory as a whole. */
function* textLines(path: string, name: string): Generator<string, void> {
  let fd: number;
  try {
    // a FIFO without a writer is not waited for
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unusablePlan(name, `cannot be opened: ${messageOf(error)}`);
  }
  try {
    if (!fstatSync(fd).isFile()) throw unusablePlan(name, 'is not a file');
    const decoder = new TextDecoder();
    const block = Buffer.alloc(1 << 16);
    let rest: string[] = [];
    let length = 0;
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) {
      const [first = '', ...more] = decoder.decode(block.subarray(0, read), { stream: true }).split('\n');
      rest.push(first);
      length += first.length;
      if (length > LONGEST_LINE) throw unusablePlan(name, `is not a plan of stagesync; ${MAKE}`);
      if (more.length === 0) continue;
      yield rest.join('');
      rest = [more.pop()!];
      length = rest[0]!.length;
      yield* more;
    }
    if (length > 0) throw unusablePlan(name, 'ends in the middle of a line; make the plan again');
  } finally {
    closeSync(fd);
  }
}

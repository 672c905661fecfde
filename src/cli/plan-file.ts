import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import * as z from 'zod';
import { SyncError, messageOf } from '../model/errors.ts';
import type { PlanLine } from '../model/plan.ts';
import type { SyncFlags } from './commands/sync.ts';
import { GUARDS } from '../sync/options.ts';
import { printable } from './render/printable.ts';

/** Raised when a plan file's lines change their meaning. */
const FORMAT = 1;

/** The first line of a plan file: how the plan was made. Never a token: that comes from the environment again. */
export interface PlanHeader {
  readonly type: 'plan';
  readonly format: typeof FORMAT;
  readonly source: string;
  readonly dest: string;
  /** Where relative paths in it start. */
  readonly cwd: string;
  readonly flags: SyncFlags;
}

/** Writes a plan file, one JSON object a line, under its name only once it is whole. */
export class PlanFileWriter {
  readonly #file: string;
  readonly #partial: string;
  readonly #name: string;
  readonly #fd: number;
  #failure: unknown;

  constructor(file: string, cwd: string, source: string, dest: string, flags: SyncFlags) {
    this.#file = isAbsolute(file) ? file : resolve(cwd, file);
    this.#partial = `${this.#file}.partial`;
    this.#name = file;
    if (statSync(this.#file, { throwIfNoEntry: false })?.isDirectory() === true)
      throw unusable(file, 'is a folder: name a file in it');
    try {
      this.#fd = openSync(this.#partial, 'w', 0o600);
    } catch (error) {
      throw unwritable(file, error);
    }
    this.#line({
      type: 'plan',
      format: FORMAT,
      source,
      dest,
      cwd,
      flags: { ...flags, force: [...flags.force] },
    });
  }

  add(line: PlanLine): void {
    const { kind, path, to, reason, bytes, files, stamp } = line;
    this.#line({ kind, path, to, reason, bytes, files, stamp });
  }

  /** A failure is kept: it comes in the middle of a comparison, which takes nothing from those who listen to it. */
  #line(value: unknown): void {
    if (this.#failure !== undefined) return;
    try {
      writeSync(this.#fd, `${JSON.stringify(value)}\n`);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Gives the file its name, or takes it back. Rejects with `config` when a line of it could not be written. */
  finish(keep: boolean): void {
    try {
      closeSync(this.#fd);
      if (keep && this.#failure === undefined) return renameSync(this.#partial, this.#file);
    } catch (error) {
      this.#failure ??= error;
    }
    rmSync(this.#partial, { force: true });
    if (keep) throw unwritable(this.#name, this.#failure);
  }
}

const unwritable = (file: string, error: unknown): SyncError =>
  unusable(file, `cannot be written: ${messageOf(error)}`);

const unusable = (file: string, why: string): SyncError =>
  new SyncError('config', `the plan file ${printable(file)} ${why}`, { verdict: 'end_run' });

const lineShape = z.object({
  kind: z.enum(['createFolder', 'upload', 'move', 'remove']),
  path: z.string(),
  to: z.string().optional(),
  reason: z.string(),
  bytes: z.number().optional(),
  files: z.number().optional(),
  stamp: z.string(),
});

const headerShape = z.object({
  type: z.literal('plan'),
  format: z.literal(FORMAT),
  source: z.string(),
  dest: z.string(),
  cwd: z.string(),
  flags: z.looseObject({
    force: z.array(z.enum(GUARDS)),
    concurrency: z.number(),
    filters: z.array(z.unknown()),
  }),
});

/** Reads a plan file: its header at once, its actions one by one. Rejects with `config` naming the line. */
export function readPlanFile(
  file: string,
  cwd: string,
): { readonly header: PlanHeader; readonly lines: Iterable<PlanLine> } {
  if (file === '-') throw unusable(file, 'cannot be standard input: it is read twice; write it to a file');
  const path = isAbsolute(file) ? file : resolve(cwd, file);
  const first = jsonLines(path, file).next();
  const header = headerShape.safeParse(first.value);
  if (!header.success) {
    throw unusable(
      file,
      'is not a plan of this stagesync; make one with "stagesync plan SOURCE DEST -o FILE"',
    );
  }
  const { flags } = header.data;
  return {
    header: { ...header.data, flags: { ...flags, force: new Set(flags.force) } as unknown as SyncFlags },
    lines: {
      *[Symbol.iterator]() {
        let number = 0;
        for (const value of jsonLines(path, file)) {
          if (++number === 1) continue;
          const line = lineShape.safeParse(value);
          if (!line.success) throw unusable(file, `has something else than an action in line ${number}`);
          yield line.data;
        }
      },
    },
  };
}

function* jsonLines(path: string, name: string): Generator<unknown, void> {
  let number = 0;
  for (const text of textLines(path, name)) {
    number++;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw unusable(name, `is damaged in line ${number}`);
    }
    yield value;
  }
}

/** Line by line, so that a plan of millions of actions is never in memory as a whole. */
function* textLines(path: string, name: string): Generator<string, void> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw unusable(name, `cannot be opened: ${messageOf(error)}`);
  }
  try {
    if (!fstatSync(fd).isFile()) throw unusable(name, 'is not a file');
    const decoder = new TextDecoder();
    const block = Buffer.alloc(1 << 16);
    let rest = '';
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) {
      const lines = (rest + decoder.decode(block.subarray(0, read), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') throw unusable(name, 'ends in the middle of a line; make the plan again');
  } finally {
    closeSync(fd);
  }
}

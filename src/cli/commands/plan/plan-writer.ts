import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { messageOf, type SyncError } from '../../../model/errors.ts';
import type { PlanLine } from '../../../model/plan.ts';
import { unusablePlan } from '../../../jobs/usage-errors.ts';
import type { PlanHeader } from '../../../jobs/plan-file/plan-file.ts';

/** Writes a plan file, one JSON object a line, under its name only once it is whole. */
export class PlanWriter {
  readonly #file: string;
  readonly #partial: string;
  readonly #name: string;
  readonly #fd: number;
  #failure: unknown;

  /** Rejects with `config` where no file can be written. A link to a file stays one. */
  constructor(file: string, cwd: string) {
    this.#name = file;
    this.#file = placeOf(isAbsolute(file) ? file : resolve(cwd, file), file);
    this.#partial = partialOf(this.#file, process.pid);
    try {
      removeLeftovers(this.#file);
      // 'wx': a file or link that has come under this name meanwhile is not written to
      this.#fd = openSync(this.#partial, 'wx', 0o600);
    } catch (error) {
      throw unwritable(file, error);
    }
  }

  begin(header: PlanHeader): void {
    this.#line(header);
  }

  add(line: PlanLine): void {
    const { kind, path, to, reason, bytes, files, within, stamp } = line;
    this.#line({ kind, path, to, reason, bytes, files, within, stamp });
  }

  /** A failure is kept for `finish`: a listener must not throw in the middle of a comparison. */
  #line(value: unknown): void {
    if (this.#failure !== undefined) return;
    try {
      writeSync(this.#fd, `${JSON.stringify(value)}\n`);
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Gives the file its name, or takes the file back. Rejects with `config` when a line could not be written. */
  finish({ keep }: { readonly keep: boolean }): void {
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
  unusablePlan(file, `cannot be written: ${messageOf(error)}`);

/** The real path of the plan file. A plan must not replace a device, a FIFO or a folder. */
function placeOf(path: string, name: string): string {
  let place = path;
  let there: Stats | undefined;
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) place = realpathSync(path);
    there = lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(name, error);
  }
  if (there === undefined) return place;
  if (there.isDirectory()) throw unusablePlan(name, 'is a folder: name a file in it');
  if (!there.isFile()) throw unusablePlan(name, 'is no file: name one, or write --output - for stdout');
  return place;
}

// a name that takes no part in a sync, should the file lie within SOURCE
const partialOf = (file: string, pid: number): string =>
  join(dirname(file), `${partialPrefix(file)}${pid}.partial`);
const partialPrefix = (file: string): string => `.stagesync-${basename(file)}.`;

/** Removes what killed runs left of this plan; the file of a run that is still at work stays. */
function removeLeftovers(file: string): void {
  const folder = dirname(file);
  const prefix = partialPrefix(file);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // a folder can be writable and not readable
  }
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const pid = /^(\d+)\.partial$/.exec(name.slice(prefix.length))?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

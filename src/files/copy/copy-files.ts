import type { Problem } from '../../model/entry.ts';
import { hasFact, isSyncError, messageBeside } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import type { Clock } from '../../model/ports.ts';
import { TaskPool } from '../../sync/execute/task-pool.ts';
import type { CopyFile, CopyResult, CopyStep, CopySummary } from './copy-step.ts';
import type { CopyTarget } from './copy-target.ts';
import { decideCopy, decideDifferent, type CopyDecision, type CopyRules } from './decide-copy.ts';
import { haveSameContent } from './same-content.ts';

export interface CopyFilesOptions extends Omit<CopyRules, 'setsTimes'> {
  readonly steps: AsyncIterable<CopyStep>;
  readonly target: CopyTarget;
  /** The address of a path of the destination, for people. */
  readonly addressOf: (to: string) => string;
  /** Says what would be done; nothing is changed. */
  readonly dryRun: boolean;
  /** Files under way at the same time; asked now and then. */
  readonly lanes: () => number;
  /** So many are under way at least, while they are small: those of one folder share the look that proves them. Default: 0. */
  readonly leastTasks?: number | undefined;
  readonly clock: Clock;
  /** Aborted: nothing new is begun. */
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly onResult: (result: CopyResult) => void;
}

/**
 * Copies files, several at a time. One that cannot be copied does not stop the others. Memory does not grow with the number of
 * files. Rejects with what ends everything: a place that cannot be listed, or cannot be reached any more.
 */
export async function copyFiles(options: CopyFilesOptions): Promise<CopySummary> {
  const { steps, lanes, leastTasks = 0, draining, signal } = options;
  const copying = new Copying(options);
  const held = new HeldBytes();
  // while some files wait for looks, before and after they are read, others have their requests under way
  const limit = (): number => (held.isFull ? 1 : Math.max(leastTasks, lanes() * TASKS_A_LANE));
  const pool = new TaskPool({ limit, draining, signal });
  try {
    for await (const step of steps) {
      if (pool.stopped) break;
      await pool.start(held.during(step, () => copying.step(step)));
    }
  } catch (error) {
    pool.end(error);
  } finally {
    await pool.idle();
  }
  if (!draining.aborted) pool.throwIfEnded();
  signal.throwIfAborted();
  return copying.summary();
}

const TASKS_A_LANE = 6;
/** Bytes that one file holds in memory at most, and all together. */
const HELD = { each: 512 * 1024, all: 64 * 1024 * 1024 };

/** What the files under way hold in memory. */
class HeldBytes {
  #bytes = 0;

  get isFull(): boolean {
    return this.#bytes >= HELD.all;
  }

  async during(step: CopyStep, work: () => Promise<void>): Promise<void> {
    const bytes = step.kind === 'file' ? Math.min(step.entry.size, HELD.each) : 0;
    this.#bytes += bytes;
    try {
      await work();
    } finally {
      this.#bytes -= bytes;
    }
  }
}

class Copying {
  readonly #options: CopyFilesOptions;
  readonly #rules: CopyRules;
  readonly #counts = { copied: 0, bytes: 0, same: 0, kept: 0, failed: 0, leftOut: 0, folders: 0 };

  constructor(options: CopyFilesOptions) {
    const { overwrite, compare, target } = options;
    this.#options = options;
    this.#rules = { overwrite, compare, setsTimes: target.setsTimes };
  }

  summary(): CopySummary {
    return { ...this.#counts, isInterrupted: this.#options.draining.aborted };
  }

  /** Rejects only with what ends everything. */
  async step(step: CopyStep): Promise<void> {
    try {
      if (step.kind === 'file') await this.#file(step);
      else if (step.kind === 'folder') await this.#folder(step.to);
      else this.#tell({ kind: 'failed', from: step.from, problem: step.problem });
    } catch (error) {
      const { draining, signal } = this.#options;
      signal.throwIfAborted();
      // it was not begun, or broken off: the next copy goes on here
      if (draining.aborted && (error === draining.reason || isInterruption(error))) return;
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      this.#fail(step, error);
    }
  }

  async #folder(folder: string): Promise<void> {
    const { target, dryRun } = this.#options;
    const isMade = dryRun ? !(await target.hasFolder(folder)) : await target.makeFolder(folder);
    if (isMade) this.#counts.folders++;
  }

  async #file(file: CopyFile): Promise<void> {
    try {
      await this.#carryOut(file, await this.#decide(file, { anew: false }));
    } catch (error) {
      // somebody else put a file there meanwhile: it is looked at like one that was there before
      if (!hasFact(error, 'taken')) throw error;
      const decision = await this.#decide(file, { anew: true });
      if (decision.do === 'copy' && decision.replaces === undefined) throw error;
      await this.#carryOut(file, decision);
    }
  }

  async #decide(file: CopyFile, look: { readonly anew: boolean }): Promise<CopyDecision> {
    const { target, clock, signal } = this.#options;
    const { source, entry, to } = file;
    const decision = decideCopy(entry, await target.look(to, look), this.#rules);
    if (decision.do !== 'compare') return decision;
    const { shown } = decision;
    const there = await target.copyAt(to, shown);
    if (there === undefined) return { do: 'copy', replaces: undefined };
    const isSame = await haveSameContent({ source, entry }, there, { clock, signal });
    return isSame ? { do: 'nothing' } : decideDifferent(shown, this.#rules);
  }

  async #carryOut(file: CopyFile, decision: CopyDecision): Promise<void> {
    const { target, dryRun, addressOf } = this.#options;
    const { from, entry } = file;
    const about = { from, to: addressOf(file.to), size: entry.size };
    switch (decision.do) {
      case 'copy': {
        const { replaces } = decision;
        if (!dryRun) await target.put(file, { replaces });
        this.#tell({ kind: dryRun ? 'would_copy' : 'copied', ...about, replaced: replaces !== undefined });
        break;
      }
      case 'nothing':
        this.#tell({ kind: 'same', ...about });
        break;
      case 'keep':
        this.#tell({ kind: 'kept', ...about, sizeThere: decision.shown.size });
        break;
      case 'refuse':
        this.#tell({ kind: 'failed', from, to: about.to, problem: failure(decision.code, decision.why) });
        break;
      case 'compare':
        throw new Error('a comparison is made before its decision is carried out');
      default:
        decision satisfies never;
    }
  }

  #fail(step: CopyStep, error: SyncError): void {
    const path = step.kind === 'file' ? step.entry.path : '';
    const to = step.kind === 'problem' ? undefined : this.#options.addressOf(step.to);
    const problem = failure(error.code, messageBeside(path, error));
    this.#tell({ kind: 'failed', from: step.from, ...(to !== undefined && { to }), problem });
  }

  #tell(result: CopyResult): void {
    const counts = this.#counts;
    switch (result.kind) {
      case 'copied':
      case 'would_copy':
        counts.copied++;
        counts.bytes += result.size;
        break;
      case 'same':
      case 'kept':
        counts[result.kind]++;
        break;
      case 'failed':
        counts[result.problem.severity === 'failure' ? 'failed' : 'leftOut']++;
        break;
      default:
        result satisfies never;
    }
    this.#options.onResult(result);
  }
}

const failure = (code: Problem['code'], why: string): Problem => ({
  code,
  severity: 'failure',
  message: printable(why),
});

const isInterruption = (error: unknown): boolean => isSyncError(error) && error.code === 'interrupted';

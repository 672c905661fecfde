import { createHash } from 'node:crypto';
import { byName, garbledIn, type Children } from '../../model/children.ts';
import { isSyncError } from '../../model/errors.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Pipelines } from '../../model/pipelines.ts';
import type { Source } from '../../model/ports.ts';
import type { Remote } from '../../remote/remote.ts';
import { readBack } from '../execute/verify/read-back.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LoadRow } from './load-row.ts';
import { FIRST_NUMBER, MOST_NUMBERS, versionName, versionNumber } from '../names/new-names.ts';

export interface NameChoiceParts {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly pipelines: Pipelines;
  readonly signal: AbortSignal;
}

/** Names that are asked of the pipelines at once. */
const AT_ONCE = 8;

/** Finds a name for a file that changed: one that nobody has had, or one that has its bytes already. */
export class NameChoice {
  readonly #parts: NameChoiceParts;

  constructor(parts: NameChoiceParts) {
    this.#parts = parts;
  }

  /** What a listing shows beside the file: files and folders. */
  async beside(path: RelPath): Promise<Children> {
    const { remote } = this.#parts;
    return (await remote.list(remote.root + parentOf(path))) ?? [];
  }

  /** The first name that neither the destination, nor the source, nor a pipeline has had. */
  async free(path: RelPath, beside: Children): Promise<RelPath | undefined> {
    const { pipelines, source, ledger, signal } = this.#parts;
    // then nothing is known to be absent
    if (garbledIn(beside) !== undefined) return undefined;
    const taken = byName(beside);
    for (let first = FIRST_NUMBER; first < MOST_NUMBERS; first += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, at) => versionName(path, first + at));
      const full = names.map((name) => this.#full(name));
      const read = await pipelines.states(full, { signal });
      for (const name of names) {
        if (read.has(this.#full(name)) || ledger.names.at(name) !== undefined) continue;
        if (ledger.get(name) !== undefined) continue;
        if (taken.named(nameOf(name)).length > 0) continue;
        if ((await source.stat?.(name, { signal })) === undefined) return name;
      }
    }
    return undefined;
  }

  /**
   * A version that an earlier ledger may have known, and pipelines have read: where its bytes are those of the file, it is the
   * file. Then nothing is read twice.
   */
  async equal(
    { path, size }: LoadRow,
    beside: Children,
    known: string | undefined,
  ): Promise<RelPath | undefined> {
    const { remote, ledger, pipelines, signal, source } = this.#parts;
    const folder = parentOf(path);
    const found: { readonly name: RelPath; readonly number: number }[] = [];
    for (const child of beside) {
      if (child.kind !== 'file' || child.size !== size) continue;
      const name = folder + child.name;
      const number = versionNumber(path, name);
      if (number !== undefined && ledger.get(name) === undefined) found.push({ name, number });
    }
    const last = found.toSorted((a, b) => b.number - a.number)[0];
    if (last === undefined || (await source.stat?.(last.name, { signal })) !== undefined) return undefined;
    const states = await pipelines.states([this.#full(last.name)], { signal });
    const files = states.get(this.#full(last.name)) ?? [];
    if (files.length === 0 || files.some((file) => file.state !== 'loaded' || file.size !== size))
      return undefined;
    const digest = known ?? (await this.#digestOf(path));
    if (digest === undefined) return undefined;
    const { kind } = await readBack(remote, this.#full(last.name), digest);
    return kind === 'equal' ? last.name : undefined;
  }

  async #digestOf(path: RelPath): Promise<string | undefined> {
    try {
      const hashing = createHash('sha256');
      for await (const chunk of await this.#parts.remote.read(this.#full(path))) hashing.update(chunk);
      return hashing.digest('hex');
    } catch (error) {
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      return undefined;
    }
  }

  #full(path: RelPath): RelPath {
    return this.#parts.remote.root + path;
  }
}

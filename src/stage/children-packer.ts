import type { PackedChildren } from '../model/children.ts';
import type { DestinationChild } from '../model/entry.ts';
import { ChildrenInBlocks, FILE, FOLDER, PER_BLOCK, UNKNOWN } from './packed-children.ts';
import type { Block, Trouble } from './packed-children.ts';

type Unknown = Extract<DestinationChild, { kind: 'unknown' }>;

/**
 * Collects the children of one listing, some 25 bytes each and their names. Objects would take 300 bytes each. `settle`
 * is given all children of one name where there is more than one, or an unknown one, and says what is true of the name.
 */
export class ChildrenPacker {
  readonly #settle: (sameName: readonly DestinationChild[]) => readonly DestinationChild[];
  readonly #blocks: Block[] = [];
  readonly #troubles: Trouble[] = [];
  readonly #numbers = new Map<string, number>();
  /** Children that are something else where the reply was no valid UTF-8, and what each of them is then. */
  readonly #inexact: number[] = [];
  #ifInexact: Unknown | undefined;
  #names: string[] = [];
  #kinds = new Uint16Array(PER_BLOCK);
  #sizes = new Float64Array(PER_BLOCK);
  #times = new Float64Array(PER_BLOCK);

  constructor(settle: (sameName: readonly DestinationChild[]) => readonly DestinationChild[]) {
    this.#settle = settle;
  }

  /** How many were added. */
  get count(): number {
    return this.#blocks.length * PER_BLOCK + this.#names.length;
  }

  /** `ifInexact`: what is wrong with the child, should the reply turn out to be no valid UTF-8; absent: nothing more. */
  add(child: DestinationChild, ifInexact?: Unknown): void {
    if (ifInexact !== undefined) {
      this.#inexact.push(this.count);
      this.#ifInexact = ifInexact;
    }
    const slot = this.#names.length;
    this.#names.push(child.name);
    this.#kinds[slot] = this.#kindOf(child);
    this.#sizes[slot] = child.kind === 'file' ? child.size : 0;
    this.#times[slot] = child.kind === 'file' ? (child.modifiedMs ?? NaN) : NaN;
    if (this.#names.length === PER_BLOCK) this.#seal();
  }

  /** Once, after the last child. `exact` is false when the reply was no valid UTF-8. */
  finish(exact: boolean): PackedChildren {
    this.#seal();
    const packed = new ChildrenInBlocks(this.#blocks, this.#troubles);
    const become = (number: number, child: DestinationChild): void => {
      this.#blocks[Math.floor(number / PER_BLOCK)]!.kinds[number % PER_BLOCK] = this.#kindOf(child);
    };
    if (!exact) for (const number of this.#inexact) become(number, this.#ifInexact!);
    packed.sort();
    packed.settle(this.#settle, become);
    return packed;
  }

  #kindOf(child: DestinationChild): number {
    if (child.kind === 'file') return FILE;
    if (child.kind === 'folder') return FOLDER;
    const { problem, anywhere } = child;
    const key = `${anywhere === true} ${problem.message}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#troubles.push({ problem, anywhere }) - 1;
      this.#numbers.set(key, number);
    }
    return UNKNOWN + number;
  }

  #seal(): void {
    const count = this.#names.length;
    if (count === 0) return;
    const starts = new Uint32Array(count + 1);
    const names = Buffer.from(this.#names.join(''));
    let end = 0;
    for (let i = 0; i < count; i++) starts[i + 1] = end += Buffer.byteLength(this.#names[i]!);
    const [kinds, sizes, times] = [this.#kinds, this.#sizes, this.#times];
    this.#blocks.push({ names, starts, kinds, sizes, times });
    this.#names = [];
    this.#kinds = new Uint16Array(PER_BLOCK);
    this.#sizes = new Float64Array(PER_BLOCK);
    this.#times = new Float64Array(PER_BLOCK);
  }
}

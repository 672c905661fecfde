import type { PackedChildren } from '../model/children.ts';
import type { DestinationChild, Problem } from '../model/entry.ts';

/** Children in one block. */
export const PER_BLOCK = 4096;
const SLASH = 0x2f;

/** What the kind of a child can be; from UNKNOWN on, the number less UNKNOWN is the place of what is wrong with it. */
export const FILE = 0;
export const FOLDER = 1;
export const UNKNOWN = 2;

/** The facts of up to PER_BLOCK children: one array a fact, all names one after the other as UTF-8. */
export interface Block {
  readonly names: Buffer;
  /** Where each name begins in `names`, and at the end where the last one ends. */
  readonly starts: Uint32Array;
  readonly kinds: Uint16Array;
  /** Bytes; of files only. */
  readonly sizes: Float64Array;
  /** Milliseconds since 1970; NaN: the listing shows none. */
  readonly times: Float64Array;
}

/** What can be wrong with a child. There are a few such sentences, however many children they are said of. */
export interface Trouble {
  readonly problem: Problem;
  readonly anywhere: true | undefined;
}

/** The children of one listing in blocks. `sort`, and then `settle`, come before everything else. */
export class ChildrenInBlocks implements PackedChildren {
  readonly #blocks: readonly Block[];
  readonly #troubles: readonly Trouble[];
  /** The numbers of the children, as they were added, in path order. */
  #order: Uint32Array;

  constructor(blocks: readonly Block[], troubles: readonly Trouble[]) {
    this.#blocks = blocks;
    this.#troubles = troubles;
    const count = blocks.reduce((sum, { starts }) => sum + starts.length - 1, 0);
    this.#order = Uint32Array.from({ length: count }, (_, number) => number);
  }

  get length(): number {
    return this.#order.length;
  }

  get garbled(): DestinationChild | undefined {
    const place = this.#troubles.some(({ anywhere }) => anywhere)
      ? this.#order.findIndex((number) => this.#troubleOf(number)?.anywhere === true)
      : -1;
    return place === -1 ? undefined : this.at(place);
  }

  at(place: number): DestinationChild {
    return this.#child(this.#order[place]!);
  }

  isFolder(place: number): boolean {
    return this.#kind(this.#order[place]!) === FOLDER;
  }

  named(name: string): readonly DestinationChild[] {
    return [...this.#numbersOf(Buffer.from(name))].map((number) => this.#child(number));
  }

  *[Symbol.iterator](): Generator<DestinationChild, void> {
    for (let place = 0; place < this.length; place++) yield this.at(place);
  }

  /** Most services list in this order already. */
  sort(): void {
    const order = this.#order;
    for (let place = 1; place < order.length; place++)
      if (this.#compare(order[place - 1]!, order[place]!) > 0) {
        order.sort((a, b) => this.#compare(a, b));
        return;
      }
  }

  /** Lets `settle` judge each name that is not clear; `become` changes what a child is. Needs the order, and keeps it. */
  settle(
    settle: (sameName: readonly DestinationChild[]) => readonly DestinationChild[],
    become: (number: number, child: DestinationChild) => void,
  ): void {
    const left = new Set<number>();
    const changed = new Map<number, DestinationChild>();
    let moved = false;
    for (let place = 0; place < this.length; place++) {
      const number = this.#order[place]!;
      const isDouble = place > 0 && this.#compareKeys(this.#order[place - 1]!, number) === 0;
      if (left.has(number) || (!isDouble && this.#kind(number) < UNKNOWN)) continue;
      const numbers = [...this.#numbersOf(this.#name(number))].toSorted((a, b) => a - b);
      const children = numbers.map((each) => this.#child(each));
      const settled = settle(children);
      if (settled.length === children.length) continue;
      // one child takes the place of all, at best one that stands where it belongs
      const kept = numbers.find((each) => this.#kind(each) !== FOLDER) ?? numbers[0]!;
      moved ||= this.#kind(kept) === FOLDER;
      changed.set(kept, settled[0]!);
      for (const each of numbers) if (each !== kept) left.add(each);
    }
    // only now: until here the order has to hold
    for (const [number, child] of changed) become(number, child);
    if (left.size > 0) this.#order = this.#order.filter((number) => !left.has(number));
    if (moved) this.sort();
  }

  /** Numbers of the children of a name: those that stand where a file does, then folders. */
  *#numbersOf(name: Buffer): Generator<number, void> {
    for (const key of [name, Buffer.concat([name, Buffer.of(SLASH)])]) {
      let [from, to] = [0, this.length];
      while (from < to) {
        const middle = (from + to) >>> 1;
        if (this.#compareTo(this.#order[middle]!, key) < 0) from = middle + 1;
        else to = middle;
      }
      for (; from < this.length && this.#compareTo(this.#order[from]!, key) === 0; from++)
        yield this.#order[from]!;
    }
  }

  #block(number: number): Block {
    return this.#blocks[Math.floor(number / PER_BLOCK)]!;
  }

  #kind(number: number): number {
    return this.#block(number).kinds[number % PER_BLOCK]!;
  }

  #troubleOf(number: number): Trouble | undefined {
    return this.#troubles[this.#kind(number) - UNKNOWN];
  }

  #name(number: number): Buffer {
    const { names, starts } = this.#block(number);
    return names.subarray(starts[number % PER_BLOCK], starts[(number % PER_BLOCK) + 1]);
  }

  #child(number: number): DestinationChild {
    const { names, starts, kinds, sizes, times } = this.#block(number);
    const slot = number % PER_BLOCK;
    const name = names.toString('utf8', starts[slot], starts[slot + 1]);
    const kind = kinds[slot]!;
    if (kind === FOLDER) return { kind: 'folder', name };
    if (kind === FILE) {
      const modifiedMs = times[slot]!;
      return {
        kind: 'file',
        name,
        size: sizes[slot]!,
        modifiedMs: Number.isNaN(modifiedMs) ? undefined : modifiedMs,
      };
    }
    const { problem, anywhere } = this.#troubles[kind - UNKNOWN]!;
    return { kind: 'unknown', name, problem, ...(anywhere && { anywhere }) };
  }

  /** Equal ones stay as they were added. */
  #compare(a: number, b: number): number {
    return this.#compareKeys(a, b) || a - b;
  }

  /** Byte by byte, because a call for each pair takes longer than the loop. */
  #compareKeys(a: number, b: number): number {
    const [blockA, blockB] = [this.#block(a), this.#block(b)];
    const [slotA, slotB] = [a % PER_BLOCK, b % PER_BLOCK];
    const [namesA, namesB] = [blockA.names, blockB.names];
    let i = blockA.starts[slotA]!;
    let j = blockB.starts[slotB]!;
    const endA = blockA.starts[slotA + 1]!;
    const endB = blockB.starts[slotB + 1]!;
    while (i < endA && j < endB) {
      const difference = namesA[i++]! - namesB[j++]!;
      if (difference !== 0) return difference;
    }
    const endsA = blockA.kinds[slotA] === FOLDER;
    const endsB = blockB.kinds[slotB] === FOLDER;
    if (i === endA && j === endB) return Number(endsA) - Number(endsB);
    // one name is the beginning of the other; the slash of a folder's name counts
    if (i === endA) return endsA ? SLASH - namesB[j]! || -1 : -1;
    return endsB ? namesA[i]! - SLASH || 1 : 1;
  }

  #compareTo(number: number, key: Buffer): number {
    const { names, starts, kinds } = this.#block(number);
    const slot = number % PER_BLOCK;
    const start = starts[slot]!;
    const length = starts[slot + 1]! - start;
    const full = kinds[slot] === FOLDER ? length + 1 : length;
    const common = Math.min(full, key.length);
    for (let i = 0; i < common; i++) {
      const difference = (i < length ? names[start + i]! : SLASH) - key[i]!;
      if (difference !== 0) return difference;
    }
    return full - key.length;
  }
}

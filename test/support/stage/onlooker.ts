import type { MemoryCall, MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';

/**
 * Looks after every request that changed something: each path holds its old content, its new content, or nothing
 * because it moved or went. Below a folder that moved as a whole, the old content is what the folder brought.
 */
export class Onlooker {
  readonly #before: ReadonlyMap<string, string>;
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #root: string;
  readonly #left = new Map<string, string>();
  readonly seen: string[] = [];

  constructor(before: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>, root: string) {
    this.#before = new Map([...before].filter(([path]) => !path.endsWith('/')));
    this.#wanted = wanted;
    this.#root = root;
  }

  look(stage: Pick<MemoryDestination, 'calls' | 'text'>, call: MemoryCall): void {
    // calls are in the list from their start: another one's work can be done before its turn to be looked at comes
    for (const { kind, path, to } of stage.calls) {
      if (kind === 'move') this.#left.set(path.slice(this.#root.length), to!.slice(this.#root.length));
    }
    for (const path of new Set([...this.#before.keys(), ...this.#wanted.keys()])) {
      const now = stage.text(this.#root + path);
      const old = this.#before.get(path);
      if (now === this.#wanted.get(path) || now === old) continue;
      const leaves = [...this.#left.keys()].some(
        (from) => path === from || (from.endsWith('/') && path.startsWith(from)),
      );
      if (now === undefined && (old === undefined || leaves || !this.#wanted.has(path))) continue;
      // in folders that move, perhaps in steps, a file comes to names on its way; it is whole all the time
      const carried =
        [...this.#left].some(([from, to]) => from.endsWith('/') && (path.startsWith(to) || isHidden(to))) &&
        [...this.#before.values()].includes(now ?? '');
      if (!carried) this.seen.push(`after ${call.kind} ${call.path}: ${path} holds ${JSON.stringify(now)}`);
    }
  }
}

const isHidden = (path: string): boolean => path.includes('.stagesync-');

import type { Node } from '../storage/tree.ts';

/** What a folder showed until a change. */
interface Past {
  /** Milliseconds since 1970. */
  readonly untilMs: number;
  /** Undefined: the folder was not there. */
  readonly children: readonly Node[] | undefined;
}

/** A folder of a Stage: the number of the Stage's root, and the path. */
export interface ListedFolder {
  readonly root: number;
  readonly folder: string;
}

/** What listings of folders showed before they were changed, for a Stage whose listings are late. Of one process, in memory. */
export class LateListings {
  readonly #past = new Map<string, Past[]>();

  /** Keeps what the folder shows, before it is changed. */
  keep({ root, folder }: ListedFolder, children: readonly Node[] | undefined): void {
    const key = `${root} ${folder}`;
    const past = this.#past.get(key) ?? [];
    past.push({ untilMs: Date.now(), children });
    this.#past.set(key, past);
  }

  /** What the folder showed so many milliseconds ago; undefined: what it shows now. */
  shownBefore({ root, folder }: ListedFolder, lagMs: number): Past | undefined {
    const key = `${root} ${folder}`;
    const then = Date.now() - lagMs;
    const past = (this.#past.get(key) ?? []).filter(({ untilMs }) => untilMs > then);
    if (past.length === 0) this.#past.delete(key);
    else this.#past.set(key, past);
    return past[0];
  }
}

import { hasEnded } from '../repeats/look-up.ts';
import { choose } from './choose.ts';
import { isID } from './id.ts';
import { type Ask, type Found, type Kind, KINDS, type ListOptions, type Rows } from './kinds.ts';

export interface FindOptions {
  /** Terminated ones match too. Default: false. */
  readonly includeTerminated?: boolean | undefined;
  /** Of workspaces: the group, by name or ID, of a name that does not say it itself. */
  readonly group?: string | undefined;
}

/**
 * The one door by which a name becomes a thing. Lists are kept for as long as nothing is changed, so that a run asks for
 * each once.
 */
export class Names {
  readonly #ask: Ask;
  readonly #lists = new Map<string, Promise<readonly Found<Rows[Kind]>[]>>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** All things of a kind; of workspaces, those of all groups. Rejects with a SyncError. */
  async list<K extends Kind>(kind: K, options: ListOptions = {}): Promise<readonly Found<Rows[K]>[]> {
    const { includeTerminated = false, wanted } = options;
    // only a text with a slash narrows the list down
    const within = kind === 'workspace' && wanted?.includes('/') === true ? wanted : undefined;
    const key = JSON.stringify([kind, includeTerminated, within]);
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = KINDS[kind].list(this.#ask, {
        includeTerminated: includeTerminated ? true : undefined,
        wanted: within,
      });
      this.#lists.set(key, list);
      // a list that failed is asked for again
      list.catch(() => this.#lists.delete(key));
    }
    const all = (await list) as readonly Found<Rows[K]>[];
    // some lists show terminated ones unasked
    return includeTerminated ? all : all.filter(({ row }) => !hasEnded(row));
  }

  /**
   * The one thing that NAME, GROUP/NAME or ID names. Rejects with `usage` where there is none, or several; its fact is
   * 'missing' where there is none. What is given by its ID may be terminated.
   */
  async find<K extends Kind>(
    kind: K,
    wanted: string,
    { group, includeTerminated }: FindOptions = {},
  ): Promise<Found<Rows[K]>> {
    const { get } = KINDS[kind];
    if (isID(wanted) && get !== undefined) return get(this.#ask, wanted);
    const whole = group === undefined || isID(wanted) || wanted.includes('/') ? wanted : `${group}/${wanted}`;
    const all = await this.list(kind, { includeTerminated, wanted: whole });
    return choose(all, whole, KINDS[kind]);
  }

  /** Something was changed: what is kept may be wrong now. */
  forget(): void {
    this.#lists.clear();
  }
}

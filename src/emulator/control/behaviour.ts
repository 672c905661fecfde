import { DEFAULT_DATABASE_BEHAVIOUR } from './database-behaviour.ts';
import type { DatabaseBehaviour } from './database-behaviour.ts';
import { DEFAULT_MANAGEMENT_BEHAVIOUR } from './management-behaviour.ts';
import type { ManagementBehaviour } from './management-behaviour.ts';

/**
 * The switches. Every one is a question that public knowledge of Stage leaves open; the default is the answer that
 * the evidence favours, the others are what a client should survive as well. All values are plain JSON.
 */
export interface Behaviour extends ManagementBehaviour, DatabaseBehaviour {
  /** PUT of a file onto an existing file: replace it, or refuse with this status. */
  readonly putOverExisting: 'overwrite' | number;
  /** PATCH onto an existing file: replace it (files only), or refuse with this status. Folders are always refused. */
  readonly moveOverExisting: 'overwrite' | number;
  /**
   * PATCH of a folder onto an existing folder: refuse it, put what is in it beside what is there, put it in the place of the other,
   * or into the other.
   */
  readonly moveOverFolder: 'refuse' | 'merge' | 'replace' | 'into';
  /** PATCH of a folder: move it with all it holds, or refuse with this status. Files move in any case. */
  readonly moveFolder: 'accept' | number;
  /** DELETE of a folder that is not empty: remove all it holds too, or refuse with this status. */
  readonly removeFullFolder: 'accept' | number;
  /** PUT of a folder that exists: accept it, or refuse with this status. */
  readonly makeExistingFolder: 'accept' | number;
  /** PUT or PATCH below a folder that does not exist: refuse it, or make the folders. */
  readonly missingParent: 'refuse' | 'make';
  readonly missingParentStatus: number;
  /** Whether a file `x` and a folder `x/` may both exist, as in an object store. */
  readonly kindsCoexist: boolean;
  /** The answer where a file and a folder would share one name, and may not. */
  readonly kindConflictStatus: number;
  /** Whether `a` and `A` are two names; if not, what is there keeps its spelling. */
  readonly caseMatters: boolean;
  /** New names with other characters than ASCII letters, digits, spaces and `._-`: keep them as they are, or refuse them with this status. */
  readonly oddNames: 'keep' | number;
  /** The Content-Type of error replies. */
  readonly errorContentType: string;
  /** `content` of an empty folder; `missing` leaves the key out. */
  readonly emptyFolderContent: '[]' | 'null' | 'missing';
  /** `created` and `last_modified`: fraction digits as needed, whole seconds, Go's zero time, or no such keys. */
  readonly timestamps: 'fractional' | 'seconds' | 'zero' | 'missing';
  /** Whether a move sets `last_modified`: of the file, or of the folder and everything in it. */
  readonly moveTouches: boolean;
  /** `path` of the root folder's own object. */
  readonly rootPath: '/' | '';
  /** How long a listing goes on to show what a folder had before a change, in milliseconds. */
  readonly listingLagMs: number;
  /** The replies to PUT, PATCH and DELETE: an object with name and path, or a line of text. */
  readonly changeReplies: 'json' | 'text';
  /** How PUT, PATCH and DELETE spell `path` in their replies. */
  readonly replyPath: 'plain' | 'leading_slash';
  /** The status of the answer to a download request. */
  readonly redirectStatus: 307 | 302;
  /** Lifetime of a download URL, in seconds; 0 makes URLs that have expired already. */
  readonly redirectExpiresSeconds: number;
  /** Whether a download begins where `Range` says. */
  readonly ranges: boolean;
  /** Largest total size of one deployment in bytes, and the answer beyond it. */
  readonly quotaBytes: number | null;
  readonly quotaStatus: number;
  /** Largest file in bytes, and the answer beyond it. */
  readonly fileLimitBytes: number | null;
  readonly fileLimitStatus: number;
  /** The answer when the data folder's disk is full. */
  readonly diskFullStatus: number;
}

export const DEFAULT_BEHAVIOUR: Behaviour = Object.freeze({
  ...DEFAULT_MANAGEMENT_BEHAVIOUR,
  ...DEFAULT_DATABASE_BEHAVIOUR,
  putOverExisting: 'overwrite',
  moveOverExisting: 409,
  moveOverFolder: 'refuse',
  moveFolder: 'accept',
  removeFullFolder: 'accept',
  makeExistingFolder: 'accept',
  missingParent: 'refuse',
  missingParentStatus: 400,
  kindsCoexist: false,
  kindConflictStatus: 409,
  caseMatters: true,
  oddNames: 'keep',
  errorContentType: 'text/plain; charset=utf-8',
  emptyFolderContent: '[]',
  timestamps: 'fractional',
  moveTouches: false,
  rootPath: '/',
  listingLagMs: 0,
  changeReplies: 'json',
  replyPath: 'plain',
  redirectStatus: 307,
  redirectExpiresSeconds: 300,
  ranges: true,
  quotaBytes: null,
  quotaStatus: 507,
  fileLimitBytes: null,
  fileLimitStatus: 413,
  diskFullStatus: 507,
});

/** The behaviour in force; it can change between any two requests. */
export class BehaviourControl {
  readonly #initial: Behaviour;
  #current: Behaviour;

  constructor(initial: Partial<Behaviour> = {}) {
    this.#initial = { ...DEFAULT_BEHAVIOUR, ...initial };
    this.#current = this.#initial;
  }

  get current(): Behaviour {
    return this.#current;
  }

  /** Switches that are not named keep their value. */
  set(changes: Partial<Behaviour>): void {
    this.#current = { ...this.#current, ...changes };
  }

  /** Back to what the emulator was started with. */
  reset(): void {
    this.#current = this.#initial;
  }
}

/** How a sink behaves. Everything left out is off. */
export interface SinkOptions {
  /** Hash every file that arrives, with SHA-256. */
  readonly hash?: boolean;
  /** Every answer is held back this long, in milliseconds, by verb. */
  readonly delayMs?: Partial<Record<Verb, number>>;
  /** So many requests are worked on at the same time; the others wait for their turn. */
  readonly atOnce?: number;
  /** Beyond so many requests at the same time every answer takes longer, so that no more of them get done. */
  readonly slowsBeyond?: number;
  /** A body takes time as on a link of this many bytes a second; each request has a link of its own. */
  readonly bytesPerSecond?: number;
  /** One in `every` files, told by its path, takes `ms` instead. */
  readonly slow?: { readonly every: number; readonly ms: number };
  /** A token bucket: `burst` requests at once, then `perSecond`. Others get 429, with Retry-After: 1 unless `silent`. */
  readonly limit?: { readonly perSecond: number; readonly burst: number; readonly silent?: boolean };
  /** What is on the Stage before anybody puts something there: listed, and served with the bytes of fixture/served-bytes.ts. */
  readonly generated?: GeneratedTree;
  /** Tell the parent as soon as this many files began to arrive. */
  readonly tellAtPut?: number;
  /** Tell the parent as soon as so many bytes of a file's request have arrived. */
  readonly tellAtByte?: number;
  /** Tell the parent as soon as this file begins to arrive. */
  readonly tellAtPath?: string;
  /** Keep what the report says of single requests: `listings`, `answers`. */
  readonly trace?: boolean;
}

export type Verb = 'GET' | 'PUT' | 'PATCH' | 'DELETE';

/** `folders` x `files` files of `bytes` below `root` ('' or ending in '/'), named as in fixture/names.ts. */
export interface GeneratedTree {
  readonly root: string;
  readonly folders: number;
  readonly files: number;
  readonly bytes: number;
}

/** What a sink saw since it was last reset. */
export interface SinkReport {
  readonly requests: Readonly<Record<Verb, number>>;
  /** PUTs of folders. */
  readonly folderPuts: number;
  /** Requests answered with 429. */
  readonly refused: number;
  /** PUTs of files that were there already. */
  readonly repeatedPuts: number;
  /** GETs of single files' metadata. */
  readonly looks: number;
  /** GETs of single files' bytes. */
  readonly reads: number;
  /** Bytes of files that arrived. */
  readonly bytes: number;
  /** When the first file began to arrive, in milliseconds since 1970; with a fraction. */
  readonly firstPutMs: number | undefined;
  /** When the latest PUT of a file was answered, in milliseconds since 1970; with a fraction. */
  readonly lastPutMs: number | undefined;
  /** How often each folder was listed, by its path; only with `trace`. */
  readonly listings: readonly (readonly [folder: string, times: number])[];
  /** Milliseconds that each answered request took, in the order of their answers; only with `trace`. */
  readonly answers: readonly number[];
  /** Milliseconds that the Stage worked on each file, in the order in which they came; only with `trace`. */
  readonly puts: readonly number[];
  /** Path from the Stage root, size, digest; in no order. */
  readonly files: readonly (readonly [path: string, size: number, digest: string])[];
}

export type SinkRequest =
  | { readonly id: number; readonly ask: 'reset'; readonly options: SinkOptions; readonly keepFiles: boolean }
  | { readonly id: number; readonly ask: 'report' };

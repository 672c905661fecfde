import type { Concurrency } from '../remote/gate/lanes.ts';
import type { FilterRule } from '../filter/filter-rules.ts';

/**
 * One sync as plain JSON: what is made equal to what, and how. The command line, a plan file and a program all make one.
 * A job never says where requests go or what authorises them; those are the surroundings of who runs it.
 */
export interface Job {
  /** For people. */
  readonly name?: string | undefined;
  /** An absolute path of a directory, `s3://BUCKET/PREFIX`, or a Stage as in `to`. */
  readonly from: string;
  /**
   * `stage://DEPLOYMENT/PATH`, `stage:///PATH` with the deployment of the surroundings, or `stage://local/PATH`. Where `from` is
   * a Stage: an absolute path of a directory.
   */
  readonly to: string;
  readonly what: WhatSettings;
  readonly pace: PaceSettings;
  /** Of a watch. */
  readonly when?: WhenSettings | undefined;
  /** What is done about the way from the Stage to a table; absent: nothing is asked of any database. */
  readonly load?: LoadSettings | undefined;
  /** The name of the profile to run it with, one of those that the surroundings have. */
  readonly profile?: string | undefined;
}

/** What a pass does, to which files, and how they are published. */
export interface WhatSettings {
  /** Which files of the destination go when the source lacks them: none, those an earlier run put there, or all. */
  readonly removal: 'none' | 'ours' | 'everything';
  readonly deleteExcluded: boolean;
  /** By size and time, by content, or by size alone. */
  readonly compare: 'size' | 'content' | 'size-only';
  /** False: a file that the destination has already is not replaced. */
  readonly overwrite: boolean;
  /** In a directory, files that changed since they were put there, or that no run put there, are replaced too. */
  readonly theirs: boolean;
  readonly moves: boolean;
  readonly trustLedger: boolean;
  /** Milliseconds. */
  readonly sweepOlderThan?: number | undefined;
  /** The rules themselves, in their order; the last that matches decides. */
  readonly filters: readonly FilterRule[];
  readonly followSymlinks: boolean;
  /** Larger files of the source take no part, in bytes. */
  readonly maxFileSize?: number | undefined;
  /** Archived objects of a bucket: told as failures, left out in silence, or read all the same. */
  readonly archived: 'report' | 'ignore' | 'transfer';
  /** What is removed or replaced on a Stage is kept in its trash for so long, in milliseconds. */
  readonly keepRemoved?: number | undefined;
  /** What was sent is read back: all files, or so many of them, at random. */
  readonly verify?: 'all' | number | undefined;
  /** The first failure ends a pass. */
  readonly failFast: boolean;
  readonly atomic: boolean;
  readonly publishSet: boolean;
  readonly marker?: string | undefined;
}

/** How fast a pass goes. */
export interface PaceSettings {
  /** Requests at the same time; `auto`: as many as Stage turns out to take. */
  readonly concurrency: Concurrency;
  readonly maxRequestsPerSecond?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  /** Milliseconds. */
  readonly maxWait: number;
  /** Keys in a page of a bucket's listing. */
  readonly pageSize?: number | undefined;
}

/** When a watch looks; all in milliseconds. */
export interface WhenSettings {
  readonly settle: number;
  readonly fullEvery: number;
  readonly poll?: number | undefined;
}

/** The way from the Stage to a table. As whom the database is asked is the word of who runs the job. */
export interface LoadSettings {
  /** Absent: the one that the environment names. */
  readonly database?: string | undefined;
  /** Absent: any pipeline of the database. */
  readonly pipeline?: string | undefined;
  /** What is done about a file that changed after a pipeline had read it. */
  readonly reload: 'warn' | 'drop-file' | 'new-name';
  /** How long a run waits, at most, until what it sent is loaded, in milliseconds; absent: not at all. */
  readonly wait?: number | undefined;
  /** What becomes of a file on the Stage once it is loaded. */
  readonly afterLoad: 'keep' | 'remove';
  /** Sending pauses while more than this was sent and is not loaded, in bytes. */
  readonly maxUnloaded?: number | undefined;
}

/** The sections of settings in a job. */
export interface JobSections {
  readonly what: WhatSettings;
  readonly pace: PaceSettings;
  readonly when: WhenSettings;
  readonly load: LoadSettings;
}

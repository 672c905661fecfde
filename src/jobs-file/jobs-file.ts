import type { Authority } from '../jobs/authority.ts';
import type { Job } from '../jobs/job.ts';

/** A jobs file that was read and found right: every job is complete, every value has its default. */
export interface JobsFile {
  /** Absolute. Relative names in the file are read from its folder. */
  readonly path: string;
  /** In the order of the file; names are unique. */
  readonly jobs: readonly NamedJob[];
  /** What jobs name as their profile. */
  readonly profiles: Readonly<Record<string, Profile>>;
}

/** A job of the file, and when it runs. A job without a watch and a schedule runs when it is asked for. */
export interface NamedJob {
  readonly name: string;
  /** Carries the name and the profile of the file. `when` is there for a watch. */
  readonly job: Job;
  readonly watch: boolean;
  readonly schedule?: Schedule | undefined;
  /** What is done where a run becomes due while the one before goes on. */
  readonly overlap: 'skip' | 'queue' | 'cancel';
  /** Milliseconds after which a run is stopped, as a signal stops it: what is in flight is finished. */
  readonly timeoutMs?: number | undefined;
  readonly notify: readonly NotifyTarget[];
  /** Milliseconds for which runs are remembered. */
  readonly historyMs: number;
  readonly guards: JobGuards;
  /** The queue in which a watch of a bucket hears of its changes; belongs to the authority of this job alone. */
  readonly sqsQueue?: string | undefined;
  /** The address of the budget of requests that is shared with other processes. Secret: it may have a password. */
  readonly budget?: string | undefined;
  /**
   * What the job needs that counts only in a file that was named or approved. There is something: the job must not run (surroundingsOfJob refuses it), and
   * nobody is told of it: `notify` is empty.
   */
  readonly untrusted?: readonly TrustedPart[] | undefined;
}

/** Something in a file of jobs that counts only where the user stands by the file. */
export interface TrustedPart {
  /** Its place in the file: 'profiles.prod.token_command'. */
  readonly where: string;
  /** What it does, for a person; not escaped. Without what may be a secret in an address. */
  readonly does: string;
}

export interface Schedule {
  /** Five or six fields, as croner reads them. */
  readonly cron: string;
  /** A name of the IANA time zone database. */
  readonly timeZone: string;
  /** Each run starts up to so many milliseconds late, at random. */
  readonly jitterMs: number;
  /** What is done about runs that became due while the process or the machine slept: one run for all of them, or none. */
  readonly missed: 'run_once' | 'skip';
}

/** How far the runs of a job may go; the flags of `sync`. */
export interface JobGuards {
  /** A count, or a share such as `50%`; absent: the default. */
  readonly maxDelete?: string | undefined;
}

/** Where and as whom a job runs. The token itself never stands in the file. */
export interface Profile {
  readonly authority: Authority;
  /** Prints the token, as AWS's `credential_process` does; the words of one program, no shell. */
  readonly tokenCommand?: readonly string[] | undefined;
  /** Prints the password of the user of the database, in the same way. */
  readonly sqlPasswordCommand?: readonly string[] | undefined;
  /** What its Stage may hold, in bytes, as somebody wrote it down: the API does not tell. */
  readonly quota?: number | undefined;
}

export type NotifyEvent = 'failure' | 'recovery' | 'halted' | 'skipped' | 'success';

export interface NotifyTarget {
  readonly on: readonly NotifyEvent[];
  readonly way:
    /** Gets the report as JSON; signed where there is a file with a secret. */
    | { readonly kind: 'webhook'; readonly url: string; readonly secretFile?: string | undefined }
    /** Gets the report on its standard input; the words of one program, no shell. */
    | { readonly kind: 'command'; readonly command: readonly string[] }
    /** Gets a request without a body after each run that was clean. */
    | { readonly kind: 'heartbeat'; readonly url: string };
}

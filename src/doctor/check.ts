import type { PlaceAddress } from '../jobs/addresses.ts';
import type { Surroundings } from '../jobs/surroundings.ts';
import { isSyncError, messageOf, type ErrorCode } from '../model/errors.ts';
import type { ApiLook } from './api-look.ts';

/** One line of a diagnosis. */
export type Finding =
  | { readonly level: 'ok' | 'skipped'; readonly message: string }
  /** Something works less well than it could, or may fail later. */
  | { readonly level: 'warning'; readonly message: string; readonly wayOut: string }
  /** Something that a run needs does not work. */
  | {
      readonly level: 'failed';
      /** Not escaped. */
      readonly message: string;
      /** Undefined where the message has it. */
      readonly wayOut?: string | undefined;
      readonly code: ErrorCode;
    };

/** What is examined. */
export interface Subject {
  /** As the flags, or the job, say. */
  readonly around: Surroundings;
  /** Places that runs read or write: those that were named, or of the job. */
  readonly places: readonly PlaceAddress[];
  /** The directory that a job writes, absolute. */
  readonly target: string | undefined;
  readonly jobsFile: JobsFileToExamine | undefined;
  /** The database that was named for loading. */
  readonly database: string | undefined;
  /** The address of a lease that was named. Default: that of the environment. */
  readonly lease?: string | undefined;
  readonly process: ProcessFacts;
  /** The Management API, reached once for all checks. */
  readonly api: ApiLook;
}

/** A jobs file; it need not be there where it was named. */
export interface JobsFileToExamine {
  /** As it is shown. */
  readonly shown: string;
  readonly isNamed: boolean;
  /** What `~` in it means. */
  readonly home: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** What is known of the process. */
export interface ProcessFacts {
  /** '24.1.0' */
  readonly node: string;
  /** Of stagesync. */
  readonly version: string;
  /** 'linux x64' */
  readonly platform: string;
}

/** One subject of the diagnosis. Checks run at the same time, and do not know each other. */
export interface Check {
  /** Names its lines; one or two words. */
  readonly name: string;
  /** Whether there is anything to examine. Default: always. */
  readonly concerns?: (subject: Subject) => boolean;
  /** What it rejects with is told as a failure. */
  readonly examine: (subject: Subject, signal: AbortSignal) => Promise<Finding | readonly Finding[]>;
}

export const ok = (message: string): Finding => ({ level: 'ok', message });

export const skipped = (message: string): Finding => ({ level: 'skipped', message });

export const warning = (message: string, wayOut: string): Finding => ({ level: 'warning', message, wayOut });

export const failed = (message: string, code: ErrorCode, wayOut?: string): Finding => ({
  level: 'failed',
  message,
  code,
  wayOut,
});

/** An error as a failure; `wayOut` where its message has none. An error of another kind is thrown on. */
export function failure(error: unknown, wayOut?: string): Finding {
  if (!isSyncError(error)) throw error;
  return failed(messageOf(error), error.code, wayOut);
}

/** Whether a request to the Management API was not answered: the check of the organization tells why. */
export const gaveNoAnswer = (error: unknown): boolean =>
  isSyncError(error) && /_(?:unreachable|timeout|unavailable|throttled)$/.test(error.code);

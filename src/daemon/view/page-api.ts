import type { ActionLine, PlanCost } from '../../model/plan.ts';
import type { MachinesView } from './machines-view.ts';
import type { DaemonView, JobView, RunAction, RunSummary, Sample } from './daemon-view.ts';

/*
 * What the server of the page answers, as JSON has it. Times are milliseconds since 1970. Names and messages are not
 * escaped: whoever shows them does that.
 */

/** The answer to GET /api/session. */
export interface SessionReply {
  readonly signedIn: boolean;
  /** Whether a token signs in, beside a one-time link. */
  readonly takesToken: boolean;
  /** Why GET /api/events is refused at the moment, to who is signed in; absent: it is not. */
  readonly noEvents?: string | undefined;
}

/** The answer to a request that is refused or failed. */
export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string };
}

/*
 * The events of GET /api/events, by their name.
 */
export interface LiveEvents {
  /** Everything. The first event, and whenever jobs were added, removed or ordered anew. */
  readonly view: { readonly nowMs: number; readonly view: DaemonView };
  /** Jobs that changed since the event before. */
  readonly jobs: {
    readonly nowMs: number;
    readonly jobs: readonly JobView[];
    /** Where that changed, too. Null: nothing is shared any more. */
    readonly machines?: MachinesView | null | undefined;
  };
  /** New samples of the job that was asked for with `?job=NAME`. */
  readonly samples: { readonly job: string; readonly samples: readonly Sample[] };
  /** Nothing changed; tells that the daemon is there. */
  readonly alive: { readonly nowMs: number };
}

/** Remembered runs, the latest first. */
export interface RunsPage {
  readonly runs: readonly RunSummary[];
  /** Whether there are earlier ones. */
  readonly more: boolean;
}

/** Actions of a run that is over, in their order. */
export interface ActionsPage {
  readonly actions: readonly RunAction[];
  readonly more: boolean;
}

/** What was last decided for a path of a job. */
export interface PathExplanation {
  readonly path: string;
  /** 'synced', 'removed', 'failed' and so on. */
  readonly decision: string;
  readonly reason: string;
  /** When the run that decided began; absent: that run is not remembered any more. */
  readonly decidedMs?: number | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** How far it is on its way to a table; absent where that is not known. */
  readonly table?: 'loaded' | 'not_loaded' | undefined;
}

/** A dry run that waits to be applied. */
export interface PlanView {
  readonly id: string;
  readonly job: string;
  readonly startedMs: number;
  readonly state:
    | 'comparing'
    /** All actions are known and can be applied. */
    | 'ready'
    /** The dry run came to no plan; `error` says why. */
    | 'failed'
    | 'applied';
  /** Files compared so far. */
  readonly compared: number;
  /** Actions. */
  readonly actions: number;
  /** Entries that could not be read, and are not in the plan. */
  readonly problems: number;
  /** Files that would go, those below folders that go as a whole included. */
  readonly filesRemoved: number;
  readonly cost?: PlanCost | undefined;
  /** How long it will take, in milliseconds. */
  readonly estimateMs?: number | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** The run that carries it out. */
  readonly run?: string | undefined;
}

export interface PlanLinesPage {
  readonly lines: readonly ActionLine[];
  /** Where the next page begins; absent: this is the last. */
  readonly next?: number | undefined;
}

/** A Stage that jobs go to or come from. */
export interface StagePlace {
  /** `stage://DEPLOYMENT/` */
  readonly address: string;
  /** The folders of it that jobs use, as addresses, with the jobs' names. */
  readonly used: readonly { readonly address: string; readonly job: string }[];
}

/** What is in a folder of a Stage: a line of GET /api/stage/usage each, as it becomes known. The last one is the total. */
export type UsageLine =
  | { readonly kind: 'folder'; readonly path: string; readonly files: number; readonly size: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly size: number;
      readonly modifiedMs?: number | undefined;
    }
  | { readonly kind: 'unknown'; readonly path: string; readonly message: string }
  | {
      readonly kind: 'total';
      readonly files: number;
      readonly size: number;
      /** What the Stage may hold, in bytes, where that is known. */
      readonly quota?: number | undefined;
    }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Why no more requests to a destination run at the same time. `fixed`: the user gave the number. `demand`: there is not more
 * to do. `growing`: it is still being tried. `bound`: there are never more. `queueing`: more would only wait for each other
 * at the destination. `refused`: the destination lets through only so many a second.
 */
export type PaceReason = 'fixed' | 'demand' | 'growing' | 'bound' | 'queueing' | 'refused';

/** How fast requests go to a destination, and why not faster. */
export interface Pace {
  /** Requests at the same time, at most. */
  readonly atOnce: number;
  readonly why: PaceReason;
  /** Requests a second that the destination lets through, once it has refused some. */
  readonly perSecond?: number | undefined;
  /** The budget that is shared with other processes: its address, without a password. Absent where there is none. */
  readonly budget?: string | undefined;
}

/** What is known of a destination from earlier runs. Times of an answer in milliseconds, each where it was measured. */
export interface MeasuredPace {
  /** Requests at the same time that were worth it. */
  readonly atOnce: number;
  readonly perSecond?: number | undefined;
  readonly listMs?: number | undefined;
  readonly changeMs?: number | undefined;
}

/** A pace that processes share, as one of them, or who looks at the server, knows it. */
export interface SharedPace {
  /** The address of the server, without a password. */
  readonly budget: string;
  /** What the pace is of. */
  readonly name: string;
  /** False: the server does not answer, and this process keeps to a share of its own. */
  readonly reached: boolean;
  /** Requests a second of all processes together, as refusals have taught or somebody said; absent while nothing limits them. */
  readonly perSecond?: number | undefined;
  /** Processes that asked for turns within the last ten seconds; absent where that is not known. */
  readonly users?: number | undefined;
  /** What is left of a pause that the other side asked for, in milliseconds; 0: none. */
  readonly pausedMs: number;
}

/** What this process has done by a budget since it began. */
export interface BudgetUse {
  readonly budget: string;
  readonly name: string;
  /** How the budget does; absent where nothing in this process has it open now. */
  readonly now?: SharedPace | undefined;
  /** Requests of this process that were refused (429). */
  readonly refused: number;
  /** Time in which at least one request of this process waited for its turn, in milliseconds. */
  readonly waitedMs: number;
}

/** How a budget that several processes share does. */
export interface BudgetNotice {
  /** The address of the budget, without a password. */
  readonly budget: string;
  /** False: it cannot be reached, and this process keeps to a share of its own. */
  readonly reached: boolean;
  /** Requests a second of this process until it is reached again; absent where no rate was known. */
  readonly requestsPerSecond?: number | undefined;
  /** Bytes a second of this process until then; absent where the budget has none. */
  readonly bytesPerSecond?: number | undefined;
}

/** 'the budget at redis://h is not reached: going on alone at 50.0 requests a second and 2.5 MB a second' */
export function budgetText(notice: BudgetNotice): string {
  const { budget, reached, requestsPerSecond: rate, bytesPerSecond: bytes } = notice;
  if (reached) return `the budget at ${budget} is reached again`;
  const paces = [
    ...(rate === undefined ? [] : [`${rate.toFixed(1)} requests a second`]),
    ...(bytes === undefined ? [] : [`${bytesText(bytes)} a second`]),
  ];
  const pace = paces.length === 0 ? 'without a limit, as none was known' : `at ${paces.join(' and ')}`;
  return `the budget at ${budget} is not reached: going on alone ${pace}`;
}

const bytesText = (bytes: number): string =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1000).toFixed(1)} kB`;

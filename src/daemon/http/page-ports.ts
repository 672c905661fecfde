import type { DaemonControl, RunSummary } from '../view/daemon-view.ts';
import type {
  ActionsPage,
  PathExplanation,
  PlanLinesPage,
  PlanView,
  RunsPage,
  StagePlace,
  UsageLine,
} from '../view/page-api.ts';

/** Where a part of a list begins, and how long it is at most. */
export interface Part {
  readonly offset: number;
  readonly limit: number;
}

/** The remembered runs of a daemon's jobs. */
export interface RunHistory {
  /** Runs that began before the one named, the latest first. */
  runs(
    job: string,
    part: { readonly before: string | undefined; readonly limit: number },
  ): Promise<RunsPage> | RunsPage;
  run(job: string, id: string): Promise<RunSummary | undefined> | RunSummary | undefined;
  actions(
    job: string,
    id: string,
    part: Part & { readonly onlyFailed: boolean },
  ): Promise<ActionsPage> | ActionsPage;
}

/** Dry runs whose plan is shown, and carried out as it was shown. */
export interface JobPlans {
  /** Begins a dry run, in place of the one before of the same job; how it goes is in its view. */
  begin(job: string): Promise<PlanView>;
  view(id: string): PlanView | undefined;
  /** `from`: where a page before said that the next one begins; 0 for the first. */
  lines(
    id: string,
    part: { readonly from: number; readonly limit: number },
  ): Promise<PlanLinesPage> | PlanLinesPage;
  /** Carries out exactly that plan, where it still holds; resolves once that run has begun. */
  apply(id: string): Promise<PlanView>;
  /** Forgets the plan; ends the comparison where it is under way. */
  discard(id: string): Promise<void>;
}

/** Looks into the Stages that the jobs use, and into no other place. */
export interface StageLooks {
  places(): readonly StagePlace[];
  /**
   * What lies directly in the folder, each folder with the sum of all below it, in the order in which that becomes known.
   * Rejects with `usage` an address that lies in none of the places.
   */
  usage(address: string, use: { readonly signal: AbortSignal }): AsyncIterable<UsageLine>;
}

/** Everything that the page shows and asks for. */
export interface PagePorts {
  readonly control: DaemonControl;
  readonly history: RunHistory;
  readonly plans: JobPlans;
  readonly stage: StageLooks;
  /** Undefined where no run has decided about the path. */
  readonly explain: (
    job: string,
    path: string,
  ) => Promise<PathExplanation | undefined> | PathExplanation | undefined;
  /** The text of /metrics. */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> | string } | undefined;
}

import type { TransferExecutor } from '../../model/cluster/transfer-executor.ts';
import type { RelPath } from '../../model/path.ts';
import type { Clock, PathFilter, Source } from '../../model/ports.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import type { Lanes } from '../../remote/gate/lanes.ts';
import type { Remote } from '../../remote/remote.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { UnloadedLimit } from '../load/unloaded-limit.ts';
import type { PlanStore } from '../plan/store/plan-store.ts';
import type { Tally } from '../tally.ts';
import type { Confirmations } from './confirm.ts';
import type { DestinationTimes } from './destination-times.ts';
import type { FolderMaker } from './folder-maker.ts';
import type { HiddenNames } from './hidden-names.ts';
import type { Journal } from './journal.ts';
import type { Learnt } from './learnt.ts';
import type { FreshLooks } from './looks/fresh-looks.ts';
import type { Outcomes } from './outcomes.ts';
import type { TaskPool } from './task-pool.ts';
import type { OpenFolders } from './uploads/open-folders.ts';
import type { Trash } from './trash/trash.ts';
import type { Verification } from './verify/verification.ts';
import type { StagingFolder } from './uploads/staging-folder.ts';

/** What a round hands over to the parts that carry out its plan. */
export interface ExecutorOptions {
  readonly remote: Remote;
  readonly gate: Lanes & Pick<GateUse, 'room' | 'idleWaits'>;
  /** Where files are sent. Absent: in this process. */
  readonly transfers?: TransferExecutor | undefined;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly store: PlanStore;
  /** What takes part at the destination. */
  readonly filter: PathFilter;
  readonly folders: FolderMaker;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  /** False: nothing that the destination has is replaced by an upload. */
  readonly overwrite: boolean;
  /** What is removed or replaced goes there; absent where nobody asks for that. */
  readonly trash?: Trash | undefined;
  /** Reads back what is sent; absent where nobody asks for that. */
  readonly verification?: Verification | undefined;
  /** Uploads wait here while too much of what was sent is not loaded; absent where nobody asks for that. */
  readonly unloaded?: Pick<UnloadedLimit, 'take' | 'free'> | undefined;
  /** True: nothing is replaced but what the plan saw there. */
  readonly keepsOthers: boolean;
  /** With --atomic: files are uploaded into the hidden folder first. */
  readonly atomic: boolean;
  /** With --publish-set: nothing takes its name before all of the set has been uploaded. */
  readonly holdBack: boolean;
  /** Whether a file was sent ahead of the plan: the plan's upload of it is not made. */
  readonly isOvertaken?: ((path: RelPath) => boolean) | undefined;
  /** A file that was to move is still at its old name. */
  readonly onStayed: (path: RelPath) => void;
}

/** The same, with what uploads, moves and removals of a round share. */
export interface ActionParts extends ExecutorOptions {
  readonly transfers: TransferExecutor;
  readonly tasks: TaskPool;
  readonly journal: Journal;
  readonly outcomes: Outcomes;
  readonly looks: FreshLooks;
  /** The same for uploads to names that were free when they were planned; absent where what is there by now may be lost. */
  readonly taken: FreshLooks | undefined;
  readonly staging: StagingFolder;
  readonly openFolders: OpenFolders;
  readonly confirmations: Confirmations;
}

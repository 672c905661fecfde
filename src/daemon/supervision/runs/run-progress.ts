import type { WorkersProgress } from '../../../model/cluster/workers-report.ts';
import type { SyncEvent } from '../../../model/events.ts';
import type { Pace } from '../../../model/pace.ts';
import type { CurrentRun, RunCause, TransferView } from '../../view/daemon-view.ts';

/** More transfers than this are not shown. */
const MOST_SHOWN = 48;

export interface BegunRun {
  readonly id: string;
  readonly cause: RunCause;
  readonly startedMs: number;
}

/** How far a run is, as its events tell. */
export class RunProgress {
  readonly begun: BegunRun;
  readonly #now: () => number;
  readonly #transfers = new Map<string, TransferView>();
  #compared = 0;
  #toUpload = 0;
  #toUploadBytes = 0;
  #counted = false;
  #done = 0;
  #uploaded = 0;
  #failed = 0;
  #sentBytes = 0;
  #isTransferring = false;
  #pace: Pace | undefined;
  #workers: WorkersProgress | undefined;

  constructor(begun: BegunRun, now: () => number) {
    this.begun = begun;
    this.#now = now;
  }

  get isTransferring(): boolean {
    return this.#isTransferring;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get pace(): Pace | undefined {
    return this.#pace;
  }

  onEvent(event: SyncEvent): void {
    switch (event.type) {
      case 'listing':
        this.#compared = event.listed;
        this.#toUpload = event.toUpload;
        this.#toUploadBytes = event.toUploadBytes;
        this.#counted = event.done;
        break;
      case 'transfer':
        this.#isTransferring = true;
        this.#sentBytes += event.bytes;
        this.#transfer(event);
        break;
      case 'action':
        this.#isTransferring = true;
        // what a worker sends is told once it is there
        if (!this.#transfers.delete(event.path) && this.#workers !== undefined && isUpload(event))
          this.#sentBytes += event.bytes ?? 0;
        if (event.outcome === 'done') this.#done++;
        if (isUpload(event)) this.#uploaded++;
        else if (event.outcome === 'failed') this.#failed++;
        break;
      case 'problem':
        if (event.severity === 'failure') this.#failed++;
        break;
      case 'pace': {
        const { type: _, ...pace } = event;
        this.#pace = pace;
        break;
      }
      case 'workers': {
        const { type: _, ...workers } = event;
        this.#workers = workers;
        // the files themselves are sent elsewhere
        if (workers.active > 0) this.#isTransferring = true;
        break;
      }
      default:
        break;
    }
  }

  #transfer({ path, sent, size }: Extract<SyncEvent, { type: 'transfer' }>): void {
    const known = this.#transfers.get(path);
    if (known === undefined && this.#transfers.size >= MOST_SHOWN) return;
    this.#transfers.set(path, { path, size, sentBytes: sent, startedMs: known?.startedMs ?? this.#now() });
  }

  get view(): CurrentRun {
    return {
      ...this.begun,
      compared: this.#compared,
      done: this.#done,
      uploaded: this.#uploaded,
      failed: this.#failed,
      toUpload: this.#toUpload,
      toUploadBytes: this.#toUploadBytes,
      counted: this.#counted,
      sentBytes: this.#sentBytes,
      transfers: [...this.#transfers.values()],
      workers: this.#workers,
    };
  }
}

const isUpload = ({ kind, outcome }: Extract<SyncEvent, { type: 'action' }>): boolean =>
  kind === 'upload' && outcome === 'done';

import type { QueueLook } from '../../jobs/queue/queue-look.ts';
import type { Clock } from '../../model/ports.ts';
import type { QueueView } from '../view/machines-view.ts';

export interface QueueWatchOptions {
  /** The address without a password. */
  readonly shown: string;
  readonly open: () => Promise<QueueLook>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** It is another view now. Must not throw. */
  readonly onChange?: (() => void) | undefined;
}

/** Milliseconds between two looks. */
const EVERY_MS = 5000;

/** What is in a queue and who works for it, looked at now and then: whoever shows it waits for nothing. */
export class QueueWatch {
  readonly #options: QueueWatchOptions;
  #open: QueueLook | undefined;
  #view: QueueView;

  constructor(options: QueueWatchOptions) {
    this.#options = options;
    this.#view = { queue: options.shown, isUp: undefined, workers: [], pairs: [] };
  }

  /** As of the latest look. */
  get view(): QueueView {
    return this.#view;
  }

  /** Resolves once `until` is aborted and the connection is closed. A queue that does not answer is asked again. */
  async run(until: AbortSignal): Promise<void> {
    const { clock, onChange } = this.#options;
    while (!until.aborted) {
      this.#view = await this.#look();
      onChange?.();
      await clock.sleep(EVERY_MS, until).catch(() => undefined);
    }
    await this.#open?.close();
    this.#open = undefined;
  }

  async #look(): Promise<QueueView> {
    const { open, shown } = this.#options;
    try {
      this.#open ??= await open();
      return { ...(await this.#open.look()), isUp: true };
    } catch {
      // who works for it now cannot be known
      return { queue: shown, isUp: false, workers: [], pairs: [] };
    }
  }
}

import { openFileLimit } from '../../disk/open-files.ts';
import type { EventListener } from '../../model/events.ts';
import { mostLanesWithin, type Concurrency } from '../../remote/gate/lanes.ts';
import { RetryingDestination } from '../../remote/retrying-destination.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';
import { EMBEDDED, type StageAddress } from '../addresses.ts';
import { checkEmbedded } from '../check-job.ts';
import type { Surroundings } from '../surroundings.ts';
import { openStage } from './open-stage.ts';

export interface OpenStagesOptions {
  /** Stage requests at the same time. Default: 'auto'. */
  readonly concurrency?: Concurrency | undefined;
  /** Milliseconds: the value of --max-wait. Default: an hour. */
  readonly maxWaitMs?: number | undefined;
  /** Hears of retries and of the pace. */
  readonly onEvent?: EventListener | undefined;
}

/**
 * The Stages that a command changes or looks at, each opened once, on its root: to find a deployment by its name costs
 * requests. The first signal lets what is in flight finish, the second ends it. `opened` closes them.
 */
export class OpenStages {
  readonly #opened: AsyncDisposableStack;
  readonly #around: Surroundings;
  readonly #options: OpenStagesOptions;
  readonly #stages = new Map<string, Promise<RetryingDestination>>();

  constructor(opened: AsyncDisposableStack, around: Surroundings, options: OpenStagesOptions = {}) {
    this.#opened = opened;
    this.#around = around;
    this.#options = options;
  }

  /** Rejects as openStage does, and with `usage` for flags that the embedded Stage has no use for. */
  of(address: StageAddress): Promise<RetryingDestination> {
    const key = address.deployment ?? '';
    const known = this.#stages.get(key);
    if (known !== undefined) return known;
    const stage = this.#open(address);
    this.#stages.set(key, stage);
    return stage;
  }

  async #open(address: StageAddress): Promise<RetryingDestination> {
    const { concurrency = 'auto', maxWaitMs, onEvent = () => undefined } = this.#options;
    const { authority, draining, signal, observed } = this.#around;
    if (address.deployment === EMBEDDED) checkEmbedded(authority);
    const most = mostLanesWithin(openFileLimit());
    const asked = concurrency === 'auto' ? concurrency : Math.min(concurrency, most);
    const { destination, gate } = await openStage(this.#around, {
      address,
      root: '',
      concurrency: asked,
      maxWaitMs,
    });
    const use = gate.use({
      name: destination.words.name,
      concurrency: asked,
      mostLanes: most,
      attempts: PASS_DEFAULTS.attempts,
      maxRequestsPerSecond: undefined,
      maxWaitMs: maxWaitMs ?? PASS_DEFAULTS.maxWaitMs,
      maxWaitFlag: maxWaitMs === undefined ? undefined : '--max-wait',
      draining,
      signal,
      onEvent,
    });
    const stage = new RetryingDestination(observed?.(destination) ?? destination, use);
    this.#opened.defer(() => stage.close());
    return stage;
  }
}

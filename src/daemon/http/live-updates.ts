import type { ServerResponse } from 'node:http';
import type { DaemonControl } from '../view/daemon-view.ts';
import { EventClient, eventText } from './event-client.ts';
import { ViewChanges } from './view-changes.ts';

const DEFAULTS = {
  /** Readers at once. */
  most: 32,
  /** Milliseconds between two updates, at least. */
  everyMs: 250,
  /** Milliseconds between signs of life. */
  aliveMs: 5000,
  /** A reader that has not read for so many milliseconds is let go; its browser comes again. */
  patienceMs: 30_000,
};

/** Tells readers what changes, all of them from one look at the daemon. Without readers it costs nothing. */
export class LiveUpdates {
  readonly #control: DaemonControl;
  readonly #options: typeof DEFAULTS;
  readonly #clients = new Set<EventClient>();
  #changes = new ViewChanges();
  #unsubscribe: (() => void) | undefined;
  #due: NodeJS.Timeout | undefined;

  constructor(control: DaemonControl, options: Partial<typeof DEFAULTS> = {}) {
    this.#control = control;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** How many read now. */
  get size(): number {
    return this.#clients.size;
  }

  /** Why no further reader gets anything; undefined: one may come. */
  get refusal(): string | undefined {
    const { most } = this.#options;
    if (this.#clients.size < most) return undefined;
    return `${most} pages of this daemon are open already: close one, and this one follows by itself`;
  }

  /** Sends everything, then changes, until the reader goes away or `isAllowed` says no. */
  open(
    response: ServerResponse,
    { job, isAllowed }: { readonly job: string | undefined; readonly isAllowed: () => boolean },
  ): void {
    const client = new EventClient(response, {
      job,
      // one event can be more than the buffers hold: who missed nothing must not get everything again, without end
      onCaughtUp: (each, { hasMissed }) => (hasMissed ? this.#sendAll(each) : this.#sendSamples(each)),
    });
    const alive = setInterval(() => {
      if (!isAllowed() || client.behindForMs(Date.now()) > this.#options.patienceMs) return client.end();
      if (!client.isBehind) client.send('alive', { nowMs: Date.now() });
      this.#sendSamples(client);
      // what is known of other machines gets old without an event
      if (this.#control.view().machines !== undefined) this.#changed();
    }, this.#options.aliveMs);
    response.on('close', () => {
      clearInterval(alive);
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#rest();
    });
    this.#clients.add(client);
    this.#unsubscribe ??= this.#control.subscribe(() => this.#changed());
    this.#sendAll(client);
  }

  close(): void {
    for (const client of this.#clients) client.end();
    this.#rest();
  }

  #rest(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#changes = new ViewChanges();
  }

  #changed(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.#tell();
    }, this.#options.everyMs);
  }

  #tell(): void {
    const change = this.#changes.next(this.#control.view());
    if (change !== undefined) {
      const nowMs = Date.now();
      const text =
        change.kind === 'view'
          ? eventText('view', { nowMs, view: change.view })
          : eventText('jobs', { nowMs, jobs: change.jobs, machines: change.machines });
      for (const client of this.#clients) client.sendText(text);
    }
    for (const client of this.#clients) this.#sendSamples(client);
  }

  #sendAll(client: EventClient): void {
    client.send('view', { nowMs: Date.now(), view: this.#control.view() });
    this.#sendSamples(client);
  }

  #sendSamples(client: EventClient): void {
    const { job } = client;
    if (job === undefined || client.isBehind) return;
    // a job may have left the file meanwhile
    if (!this.#control.view().jobs.some(({ name }) => name === job)) return;
    const samples = this.#control.samples(job).filter(({ atMs }) => atMs > client.sampledMs);
    if (samples.length === 0) return;
    client.sampledMs = samples.at(-1)!.atMs;
    client.send('samples', { job, samples });
  }
}

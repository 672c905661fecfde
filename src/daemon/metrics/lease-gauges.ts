import { Gauge, type Registry } from 'prom-client';
import type { LeadershipView } from '../view/daemon-view.ts';

/** What a daemon in an election shows of it. One that is alone has none of these. */
export class LeaseGauges {
  readonly #leader: Gauge;
  readonly #epoch: Gauge;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name: `stagesync_${name}`, help, registers: [registry] });
    this.#leader = gauge('lease_leader', '1 where this daemon leads, 0 where it stands by.');
    this.#epoch = gauge(
      'lease_epoch',
      'The epoch in which this daemon leads; it grows with every leader. 0: it stands by.',
    );
  }

  set({ state, epoch = 0 }: LeadershipView): void {
    this.#leader.set(state === 'leading' ? 1 : 0);
    this.#epoch.set(epoch);
  }
}

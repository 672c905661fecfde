import type { Bench, Standing } from '../bench.ts';
import type { Run } from './child.ts';
import { medianOf, spreadOf } from './statistics.ts';
import type { Spread } from './statistics.ts';

/** What a contestant took for its work. */
export type Effort = Pick<Run, 'wallMs' | 'cpuUs' | 'rssBytes' | 'diskBytes'>;

export interface Contestant {
  readonly name: string;
  /** Files in one run; not all contestants have the time to do all the work. */
  readonly files: number;
  /** Bytes in one run; given where bytes a second are what counts. */
  readonly bytes?: number;
  /** One run, checked: it rejects when the result is wrong. */
  readonly run: () => Promise<Effort>;
}

/** The runs of all contestants, in the order they were made. */
export class Contest {
  readonly #contestants: readonly Contestant[];
  readonly #efforts = new Map<string, Effort[]>();

  private constructor(contestants: readonly Contestant[]) {
    this.#contestants = contestants;
    for (const { name } of contestants) this.#efforts.set(name, []);
  }

  /** Lets each contestant run once unmeasured, and then all in turn, `pairs` times. */
  static async hold(bench: Bench, contestants: readonly Contestant[], warmUp = true): Promise<Contest> {
    const contest = new Contest(contestants);
    if (warmUp) for (const { run } of contestants) await run();
    for (let pair = 0; pair < bench.pairs; pair++) {
      for (const { name, run, files, bytes } of contestants) {
        const effort = await run();
        contest.#efforts.get(name)!.push(effort);
        const rate = bytes === undefined ? `${Math.round((files * 1000) / effort.wallMs)} files/s` : '';
        const speed = bytes === undefined ? rate : `${Math.round(bytes / effort.wallMs / 1000)} MB/s`;
        bench.say(`  ${name}: ${(effort.wallMs / 1000).toFixed(2)} s, ${speed}`);
      }
    }
    return contest;
  }

  has(name: string): boolean {
    return this.#efforts.has(name);
  }

  efforts(name: string): readonly Effort[] {
    return this.#efforts.get(name)!;
  }

  /** Files or bytes a second of every run. */
  rates(name: string): number[] {
    const { files, bytes } = this.#contestants.find((each) => each.name === name)!;
    return this.efforts(name).map(({ wallMs }) => (bytes ?? files) / (wallMs / 1000));
  }

  /** How many times as fast `name` is as `other`, pair by pair. */
  speedUp(name: string, other: string): Spread {
    const others = this.rates(other);
    return spreadOf(this.rates(name).map((rate, at) => rate / others[at]!));
  }

  /** `name`'s time as a share of `other`'s, pair by pair. */
  timeShare(name: string, other: string): Spread {
    const others = this.efforts(other);
    return spreadOf(this.efforts(name).map(({ wallMs }, at) => wallMs / others[at]!.wallMs));
  }

  /** Peak memory in MB. */
  memory(name: string): Spread {
    return spreadOf(this.efforts(name).map(({ rssBytes = 0 }) => rssBytes / 1e6));
  }

  /** `unit`: as rates, or as the seconds of a run. */
  standings(unit: 'rate' | 'seconds' = 'rate'): Standing[] {
    return this.#contestants.map(({ name, files, bytes }) => {
      const efforts = this.efforts(name);
      const cpu = medianOf(efforts.map(({ cpuUs }) => cpuUs));
      const rss = medianOf(efforts.map(({ rssBytes }) => rssBytes));
      const seconds = spreadOf(efforts.map(({ wallMs }) => wallMs / 1000));
      const rates = spreadOf(this.rates(name).map((rate) => (bytes === undefined ? rate : rate / 1e6)));
      return {
        name,
        value: unit === 'seconds' ? seconds : rates,
        unit: unit === 'seconds' ? 's' : bytes === undefined ? 'files/s' : 'MB/s',
        cpuUsPerFile: cpu === undefined ? undefined : cpu / files,
        rssMB: rss === undefined ? undefined : rss / 1e6,
      };
    });
  }
}

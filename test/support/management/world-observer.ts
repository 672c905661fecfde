import { expect } from 'vitest';
import type { Fields, ManagementHttp } from './management-http.ts';

/** The moves of the machine that one look may find after another, with a look after each request and each step. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['PENDING', 'ACTIVE', 'SUSPENDED', 'TERMINATED'],
  ACTIVE: ['ACTIVE', 'PENDING', 'SUSPENDED', 'TERMINATED'],
  SUSPENDED: ['SUSPENDED', 'PENDING', 'TERMINATED'],
  TERMINATED: ['TERMINATED'],
};
const PRICES: Readonly<Record<string, number>> = { 'S-00': 0.25, 'S-0': 0.5, 'S-1': 1, 'S-2': 2 };

/** Looks at everything again and again, and keeps its own book of what each workspace has cost. */
export class WorldObserver {
  readonly #stepMs: number;
  readonly #states = new Map<string, string>();
  readonly #credits = new Map<string, number>();
  #running: readonly { readonly id: string; readonly price: number }[] = [];

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /** All that lists say must be what a look by ID says; states may only move as the machine does. */
  async look(api: ManagementHttp): Promise<void> {
    const groups = await api.list('/v1/workspaceGroups?includeTerminated=true');
    expectUnique(groups, 'workspaceGroupID');
    const running: { id: string; price: number }[] = [];
    for (const group of groups) {
      const id = String(group['workspaceGroupID']);
      expect(await api.ok('GET', `/v1/workspaceGroups/${id}`)).toEqual(group);
      this.#moved(id, group['state']);
      for (const workspace of await this.#workspaces(api, group)) {
        const { state, size, workspaceID } = workspace;
        if (state === 'ACTIVE') running.push({ id: String(workspaceID), price: PRICES[String(size)]! });
      }
    }
    expect(await api.list('/v1/workspaceGroups')).toEqual(groups.filter(isAlive));
    this.#running = running;
  }

  /** A step passes in which nothing is asked for: what ran at its beginning runs to its end. */
  step(): void {
    for (const { id, price } of this.#running)
      this.#credits.set(id, (this.#credits.get(id) ?? 0) + (price * this.#stepMs) / 3_600_000);
  }

  /** The bill of the period that was observed is the observer's own. */
  async settle(api: ManagementHttp, from: number, aggregate: 'hour' | 'day' | 'month'): Promise<void> {
    const period = `startTime=${isoOf(from)}&endTime=${isoOf(api.emulator.clock.now())}`;
    const reply = (await api.ok(
      'GET',
      `/v1/billing/usage?${period}&metric=ComputeCredit&aggregateBy=${aggregate}`,
    )) as unknown as { billingUsage: [{ usage: Record<string, string>[] }] };
    const billed = new Map<string, number>();
    for (const { resourceId = '', value } of reply.billingUsage[0].usage)
      billed.set(resourceId, (billed.get(resourceId) ?? 0) + Number(value));
    const rounded = (book: ReadonlyMap<string, number>) =>
      Object.fromEntries([...book].map(([id, credits]) => [id, credits.toFixed(5)]));
    expect(rounded(billed)).toEqual(rounded(this.#credits));
  }

  async #workspaces(api: ManagementHttp, group: Fields): Promise<readonly Fields[]> {
    const url = `/v1/workspaces?workspaceGroupID=${String(group['workspaceGroupID'])}`;
    const all = await api.list(`${url}&includeTerminated=true`);
    expectUnique(all, 'workspaceID');
    expect(await api.list(url)).toEqual(all.filter(isAlive));
    const names = all.filter(isAlive).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const workspace of all) {
      const id = String(workspace['workspaceID']);
      expect(await api.ok('GET', `/v1/workspaces/${id}`)).toEqual(workspace);
      this.#moved(id, workspace['state']);
      if (!isAlive(group)) expect(isAlive(workspace)).toBe(false);
    }
    return all;
  }

  #moved(id: string, state: unknown): void {
    const before = this.#states.get(id);
    if (before !== undefined) expect(MOVES[before]).toContain(state);
    this.#states.set(id, String(state));
  }
}

const isAlive = ({ state }: Fields): boolean => state !== 'TERMINATED';
const isoOf = (ms: number): string => new Date(ms).toISOString();

function expectUnique(rows: readonly Fields[], key: string): void {
  expect(new Set(rows.map((row) => row[key])).size).toBe(rows.length);
}

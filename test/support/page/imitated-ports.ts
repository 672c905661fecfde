import { usageError } from '../../../src/jobs/usage-errors.ts';
import type { PagePorts } from '../../../src/daemon/http/page-ports.ts';
import type { PlanView } from '../../../src/daemon/view/page-api.ts';
import type { RunAction, RunSummary } from '../../../src/daemon/view/daemon-view.ts';
import type { ActionLine } from '../../../src/model/plan.ts';
import type { ImitatedDaemon } from './imitated-daemon.ts';

/** What the ports of an imitated daemon show. */
export interface Imitated {
  readonly runs?: readonly RunSummary[];
  readonly actions?: readonly RunAction[];
  readonly planned?: readonly ActionLine[];
}

/** Everything that the page asks for, from memory. */
export function imitatedPorts(
  control: ImitatedDaemon,
  { runs = [], actions = [], planned = [] }: Imitated = {},
): PagePorts {
  const plans = new Map<string, PlanView>();
  return {
    control,
    history: {
      runs: (_job, { before, limit }) => {
        const from = before === undefined ? 0 : runs.findIndex(({ id }) => id === before) + 1;
        return { runs: runs.slice(from, from + limit), more: from + limit < runs.length };
      },
      run: (_job, id) => runs.find((run) => run.id === id),
      actions: (_job, id, { offset, limit, onlyFailed }) => {
        const done = runs.find((run) => run.id === id)?.didNotEnd === true ? [] : actions;
        const all = onlyFailed ? done.filter(({ outcome }) => outcome !== 'done') : done;
        return {
          actions: all.slice(offset, offset + limit),
          more: offset + limit < all.length,
        };
      },
    },
    plans: {
      begin: (job) => {
        const id = `p${plans.size + 1}`;
        const plan: PlanView = {
          id,
          job,
          startedMs: Date.now(),
          state: 'ready',
          compared: 1234,
          actions: planned.length,
          problems: 0,
          filesRemoved: planned.reduce(
            (sum, { kind, files = 1 }) => sum + (kind === 'remove' ? files : 0),
            0,
          ),
          cost: {
            uploads: planned.filter(({ kind }) => kind === 'upload').length,
            bytes: planned.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
            moves: planned.filter(({ kind }) => kind === 'move').length,
            removals: planned.filter(({ kind }) => kind === 'remove').length,
            foldersCreated: planned.filter(({ kind }) => kind === 'createFolder').length,
            calls: planned.length + 4,
          },
          estimateMs: 95_000,
        };
        plans.set(id, plan);
        return Promise.resolve(plan);
      },
      view: (id) => plans.get(id),
      lines: (_id, { from, limit }) => ({
        lines: planned.slice(from, from + limit),
        ...(from + limit < planned.length && { next: from + limit }),
      }),
      apply: async (id) => {
        const plan: PlanView = { ...plans.get(id)!, state: 'applied', run: 'applied-run' };
        plans.set(id, plan);
        control.asked.push(`apply ${id}`);
        return plan;
      },
      discard: (id) => {
        plans.delete(id);
        return Promise.resolve();
      },
    },
    stage: {
      places: () => [
        {
          address: 'stage://analytics/',
          used: control.view().jobs.map(({ name, to }) => ({ job: name, address: to })),
        },
      ],
      async *usage(address) {
        if (!address.startsWith('stage://analytics/'))
          throw usageError('it lies in no Stage that the jobs use');
        const sizes = [810e9, 240e9, 96e9, 31e9, 4.2e9, 730e6, 0];
        const names = ['sales/', 'events/', 'inventory/', 'staging/', 'reports/', 'ref/', 'empty/'];
        for (const [at, size] of sizes.entries()) {
          await Promise.resolve();
          yield { kind: 'folder' as const, path: names[at]!, files: Math.round(size / 4e7), size };
        }
        yield { kind: 'file' as const, path: 'README.txt', size: 2100, modifiedMs: Date.now() - 864e5 };
        yield { kind: 'total' as const, files: 29_551, size: 1182e9, quota: 2e12 };
      },
    },
    explain: (_job, path) =>
      path.includes('nothing')
        ? undefined
        : { path, decision: 'synced', reason: 'changed', decidedMs: Date.now() - 3.6e6, size: 48_211 },
    metrics: { contentType: 'text/plain', text: () => 'stagesync_up 1\n' },
  };
}

import * as fc from 'fast-check';
import { test } from 'vitest';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { Emulator } from '../../../src/emulator/options.ts';
import { DEFAULT_REGION, ManagementHttp } from '../../support/management/management-http.ts';
import { WorldObserver } from '../../support/management/world-observer.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const STEP_MS = 600_000;
/** All that takes a while takes a whole step, so that what is seen at its beginning holds to its end. */
const behaviour = {
  createMs: STEP_MS,
  suspendMs: STEP_MS,
  resumeMs: STEP_MS,
  resizeUnseenMs: 0,
  resizeMs: STEP_MS,
};

const index = fc.nat(9);
const autoSuspend = fc.constantFrom(
  undefined,
  { suspendType: 'IDLE', suspendAfterSeconds: 1200 },
  { suspendType: 'SCHEDULED', suspendAfterSeconds: 1800 },
  { suspendType: 'DISABLED' },
);
const size = fc.constantFrom('S-00', 'S-0', 'S-1', 'S-2');
const deed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait' as const), steps: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('createGroup' as const),
      at: fc.nat(2),
      expiresAt: fc.constantFrom(undefined, undefined, '40m', '2h'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('createWorkspace' as const),
      at: index,
      name: fc.nat(2),
      size,
      autoSuspend,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), at: index, size, autoSuspend }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('suspend' as const, 'resume' as const), at: index }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('terminate' as const, 'terminateGroup' as const, 'spare' as const),
      at: index,
    }),
  },
);
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

/** Everything that was ever made; a deed picks one of them, terminated ones too. */
interface Made {
  readonly groups: string[];
  readonly workspaces: string[];
}

/** What the service refuses, it refuses: whether the look that follows finds the world in order is what counts. */
async function request(api: ManagementHttp, each: Deed, made: Made): Promise<void> {
  const workspace = 'at' in each ? made.workspaces[each.at % made.workspaces.length] : undefined;
  const group = 'at' in each ? made.groups[each.at % made.groups.length] : undefined;
  if (each.do === 'createGroup') {
    const { at, expiresAt } = each;
    const body = { name: `g${at}`, regionID: DEFAULT_REGION, firewallRanges: [], expiresAt };
    const reply = await api.send('POST', '/v1/workspaceGroups', body);
    if (reply.status === 200) made.groups.push(reply.json<Record<string, string>>()['workspaceGroupID']!);
  } else if (each.do === 'createWorkspace' && group !== undefined) {
    const body = {
      name: `w${each.name}`,
      workspaceGroupID: group,
      size: each.size,
      autoSuspend: each.autoSuspend,
    };
    const reply = await api.send('POST', '/v1/workspaces', body);
    if (reply.status === 200) made.workspaces.push(reply.json<Record<string, string>>()['workspaceID']!);
  } else if (each.do === 'terminateGroup' && group !== undefined) {
    await api.send('DELETE', `/v1/workspaceGroups/${group}?force=${each.at % 2 === 0}`);
  } else if (each.do === 'spare' && group !== undefined) {
    await api.send('PATCH', `/v1/workspaceGroups/${group}`, { expiresAt: '' });
  } else if (workspace !== undefined) {
    const url = `/v1/workspaces/${workspace}`;
    if (each.do === 'update')
      await api.send('PATCH', url, { size: each.size, autoSuspend: each.autoSuspend });
    else if (each.do === 'terminate') await api.send('DELETE', url);
    else if (each.do === 'suspend' || each.do === 'resume') await api.send('POST', `${url}/${each.do}`);
  }
}

const runs = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 12);

test(
  'whatever is asked for, whenever, and through restarts: lists, looks by ID and the bill agree, and states move as the machine does',
  { timeout: runs * 15_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 12, maxLength: 30 }), async (deeds) => {
        const dataDir = await temporaryFolder();
        const start = (): Promise<Emulator> => startEmulator({ dataDir, deployments: [], behaviour });
        let emulator = await start();
        try {
          let api = new ManagementHttp(emulator);
          const from = Math.ceil(emulator.clock.now() / STEP_MS) * STEP_MS;
          api.advance(from - emulator.clock.now());
          const observer = new WorldObserver(STEP_MS);
          const made: Made = { groups: [], workspaces: [] };
          for (const each of [{ do: 'createGroup', at: 0, expiresAt: undefined } as const, ...deeds]) {
            if (each.do === 'restart') {
              await emulator.close();
              emulator = await start();
              api = new ManagementHttp(emulator);
            } else if (each.do !== 'wait') await request(api, each, made);
            await observer.look(api);
            for (let step = 0; each.do === 'wait' && step < each.steps; step++) {
              observer.step();
              api.advance(STEP_MS);
              await observer.look(api);
            }
          }
          for (const aggregate of ['hour', 'day', 'month'] as const)
            await observer.settle(api, from, aggregate);
        } finally {
          await emulator.close();
        }
      }),
      { numRuns: runs },
    );
  },
);

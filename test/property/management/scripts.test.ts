import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ManagementApi } from '../../../src/api/management-api.ts';
import { workspaceGroups } from '../../../src/api/resources/workspace-groups.ts';
import { workspaces } from '../../../src/api/resources/workspaces.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import { isSyncError, type SyncError } from '../../../src/model/errors.ts';
import { openManagement, type OpenManagement } from '../../support/api/open-management.ts';

// Scripts of commands before a service whose states flap, whose lists lag, whose replies are lost: what a command claims is
// true, nothing is made twice, and nothing that was not named is touched.

const NAMES = ['a', 'b'] as const;
type Name = (typeof NAMES)[number];
type Verb = 'create' | 'suspend' | 'resume' | 'grow' | 'terminate';

interface Command {
  readonly verb: Verb;
  readonly name: Name;
}

const command: fc.Arbitrary<Command> = fc.record({
  verb: fc.constantFrom('create', 'create', 'suspend', 'resume', 'grow', 'terminate'),
  name: fc.constantFrom(...NAMES),
});

const rule = { kind: { area: 'workspaces' }, verb: ['POST', 'PATCH', 'DELETE'] } as const;
const service: fc.Arbitrary<EmulatorOptions> = fc.record({
  behaviour: fc.record({
    createMs: fc.constantFrom(300, 60_000),
    suspendMs: fc.constantFrom(200, 30_000),
    resumeMs: fc.constantFrom(200, 30_000),
    resizeUnseenMs: fc.constantFrom(100, 3000),
    resizeMs: fc.constantFrom(500, 40_000),
    terminateMs: fc.constantFrom(0, 4000),
    flappingReads: fc.nat(4),
    listLagMs: fc.constantFrom(0, 3000, 6000),
    lockMs: fc.constantFrom(0, 30_000),
    stateWords: fc.constantFrom('seed' as const, 'sdk' as const),
  }),
  faults: fc.record({
    seed: fc.nat(1000),
    rules: fc.constantFrom(
      [],
      [{ ...rule, fault: 'lost_reply' as const, rate: 0.4 }],
      [
        { ...rule, fault: 'status' as const, status: 502, rate: 0.3, afterCommit: true },
        { ...rule, fault: 'reset_before' as const, rate: 0.3 },
        { ...rule, fault: 'cut_reply' as const, rate: 0.3 },
      ],
    ),
  }),
});

/** The state in which a command leaves its thing; undefined: it is gone. */
const END: Readonly<Record<Verb, string | undefined>> = {
  create: 'ACTIVE',
  suspend: 'SUSPENDED',
  resume: 'ACTIVE',
  grow: 'ACTIVE',
  terminate: undefined,
};

async function make(api: ManagementApi, { verb, name }: Command, workspaceGroupID: string): Promise<void> {
  if (verb === 'create') {
    await api.callAndWait(workspaces.create, { body: { name, workspaceGroupID, size: 'S-00' } });
    return;
  }
  const { id, row } = await api.names.find('workspace', name);
  const workspace = { workspaceID: id };
  if (verb === 'grow') {
    const size = row.size === 'S-1' ? 'S-2' : 'S-1';
    await api.callAndWait(workspaces.update, { ...workspace, body: { size } });
    const shown = await api.call(workspaces.get, workspace);
    expect(shown.size).toBe(size);
  } else await api.callAndWait(workspaces[verb], workspace);
}

interface World {
  readonly opened: OpenManagement;
  readonly workspaceGroupID: string;
  /** What is there, asked for without faults, flaps and lags. */
  truth(): Promise<readonly { readonly name: string; readonly state: string }[]>;
  close(): Promise<void>;
}

async function openWorld({ behaviour = {}, faults = {} }: EmulatorOptions): Promise<World> {
  const emulator = await startEmulator();
  const opened = await openManagement(emulator.url, {
    token: emulator.token,
    onSleep: (advanceMs) => emulator.clock.set({ advanceMs }),
  });
  const { api } = opened;
  const [group] = await api.call(workspaceGroups.list, {});
  const { workspaceGroupID } = group!;
  await api.callAndWait(workspaces.create, { body: { name: 'others', workspaceGroupID, size: 'S-00' } });
  emulator.behaviour.set(behaviour);
  emulator.faults.set(faults);
  return {
    opened,
    workspaceGroupID,
    async truth() {
      emulator.faults.set({});
      emulator.behaviour.set({ flappingReads: 0, listLagMs: 0, stateWords: 'seed' });
      const all = await api.call(workspaces.list, { query: { workspaceGroupID } });
      emulator.behaviour.set(behaviour);
      emulator.faults.set(faults);
      return all;
    },
    async close() {
      await opened[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

/** The error of a command that says that it failed. */
async function failureOf(made: Promise<void>): Promise<SyncError | undefined> {
  try {
    await made;
    return undefined;
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
}

const runs = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 12);

test('whatever the service does, a script of commands ends in the state that it claims', async () => {
  let claimed = 0;
  await fc.assert(
    fc.asyncProperty(service, fc.array(command, { minLength: 6, maxLength: 9 }), async (options, script) => {
      const world = await openWorld(options);
      try {
        for (const each of script) {
          const error = await failureOf(make(world.opened.api, each, world.workspaceGroupID));
          const all = await world.truth();
          const alike = all.filter(({ name }) => name === each.name);
          expect(alike.length).toBeLessThanOrEqual(1);
          if (error === undefined) {
            claimed++;
            expect(alike[0]?.state).toBe(END[each.verb]);
          }
          expect(all).toContainEqual(
            expect.objectContaining({ name: 'others', state: 'ACTIVE', size: 'S-00' }),
          );
        }
      } finally {
        await world.close();
      }
    }),
    { numRuns: runs },
  );
  // a service that is never understood would make this test pass
  expect(claimed).toBeGreaterThan(runs);
});

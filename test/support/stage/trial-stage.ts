import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { Emulator } from '../../../src/emulator/options.ts';
import type { RequestHook } from '../../../src/emulator/request-info.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import type { StageClient } from '../../../src/stage/stage-client.ts';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import type { ApiTimeouts } from '../../../src/api/connection.ts';
import { mostLanesOf } from '../../../src/remote/gate/lanes.ts';
import type { Concurrency } from '../../../src/remote/gate/lanes.ts';

/** An embedded Stage over loopback that many runs share, one after the other, each in a folder of its own. */
export interface TrialStage extends AsyncDisposable {
  readonly emulator: Emulator;
  /** Told of every phase of every request; the request waits for it. */
  onRequest: RequestHook | undefined;
  /** The same folder has the same label whoever looks: one pair, one ledger. */
  open(
    root: string,
    timeouts?: Partial<ApiTimeouts>,
    concurrency?: Concurrency,
    label?: string,
  ): Promise<Destination>;
  /** Every path below `folder`, hidden ones too, with its content; folders with ''. */
  contents(folder: string): Promise<Map<string, string>>;
  /** Resolves when every request that arrived has been dealt with, also those whose client has gone. */
  settled(): Promise<void>;
  /** Removes everything. */
  clear(): Promise<void>;
}

/** `otherTokens`: of clients beside ours, by their names. */
export async function trialStage(otherTokens: Readonly<Record<string, string>> = {}): Promise<TrialStage> {
  const { signal } = new AbortController();
  const emulator = await startEmulator({
    otherTokens,
    onRequest: (phase, info) => stage.onRequest?.(phase, info),
  });
  const deployment = emulator.deployments[0]!.id;
  const connect = (
    timeouts?: Partial<ApiTimeouts>,
    concurrency: Concurrency = 'auto',
  ): Promise<StageClient> =>
    createStageClient({
      baseUrl: emulator.url,
      token: emulator.token,
      deployment,
      timeouts,
      concurrency: mostLanesOf(concurrency),
    });
  const onlooker = createStageDestination({ client: await connect(), root: '' });

  async function walk(folder: string, found: Map<string, string>): Promise<void> {
    for (const child of (await onlooker.listFolder(folder, { signal })) ?? []) {
      const path = folder + child.name;
      if (child.kind === 'unknown') throw new Error(`${path} cannot be read`);
      if (child.kind === 'folder') {
        found.set(`${path}/`, '');
        await walk(`${path}/`, found);
      } else {
        const parts: Uint8Array[] = [];
        for await (const part of await onlooker.read(path, { signal })) parts.push(part);
        found.set(path, Buffer.concat(parts).toString());
      }
    }
  }

  const stage: TrialStage = {
    emulator,
    onRequest: undefined,
    async open(root, timeouts, concurrency, label = `stage://trial/${root}`) {
      return createStageDestination({ client: await connect(timeouts, concurrency), root, label });
    },
    async contents(folder) {
      const found = new Map<string, string>();
      await walk(folder, found);
      return found;
    },
    async settled() {
      // what a client sent before it died is read before what is sent after that
      await onlooker.listFolder('', { signal });
      await emulator.settled();
    },
    async clear() {
      stage.onRequest = undefined;
      emulator.faults.set({});
      emulator.behaviour.reset();
      for (const { kind, name } of (await onlooker.listFolder('', { signal })) ?? [])
        await onlooker.remove(kind === 'folder' ? `${name}/` : name, { signal });
    },
    async [Symbol.asyncDispose]() {
      await onlooker.close();
      await emulator.close();
    },
  };
  return stage;
}

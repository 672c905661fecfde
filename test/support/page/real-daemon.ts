import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Supervisor } from '../../../src/daemon/supervision/supervisor.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import type { JobsFile, NamedJob } from '../../../src/jobs-file/jobs-file.ts';
import { createJob, type JobInput } from '../../../src/jobs/create-job.ts';
import { readEnvironment } from '../../../src/jobs/environment.ts';
import { surroundingsOf } from '../../../src/jobs/surroundings.ts';
import { Gates } from '../../../src/remote/gate/gates.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { temporaryFolder } from '../trees/temporary-folder.ts';

/**
 * A daemon with jobs as they are, from folders `data/NAME` to a served Stage; everything ends with the test. Each job goes
 * to the folder of its name, with its removals.
 */
export async function realDaemon(
  jobs: Readonly<Record<string, { readonly watch?: boolean; readonly job?: Partial<JobInput> }>>,
  emulatorOptions: EmulatorOptions = {},
) {
  const folder = await temporaryFolder();
  const emulator = await startEmulator(emulatorOptions);
  const { id } = emulator.deployments[0]!;
  const stopped = new AbortController();
  const environment = readEnvironment({ XDG_STATE_HOME: join(folder, 'state') }, folder);
  const surroundings = surroundingsOf({
    environment,
    folder,
    command: 'a test',
    pid: process.pid,
    authority: { stage: { baseUrl: emulator.url, token: emulator.token }, s3: {} },
    gates: new Gates(systemClock),
    draining: stopped.signal,
    signal: stopped.signal,
  });
  const named = async (name: string, { watch = false, job = {} }): Promise<NamedJob> => {
    await mkdir(join(folder, 'data', name), { recursive: true });
    const input = {
      from: `data/${name}`,
      to: `stage://${id}/${name}`,
      name,
      what: { removal: 'ours' as const },
    };
    return {
      name,
      job: createJob({ ...input, ...job }, folder),
      watch,
      overlap: 'skip',
      notify: [],
      historyMs: 86_400_000,
      guards: {},
    };
  };
  const file: JobsFile = {
    path: join(folder, 'stagesync.yaml'),
    jobs: await Promise.all(Object.entries(jobs).map(([name, given]) => named(name, given))),
    profiles: {},
  };
  const remembered = new Map<string, object>();
  const supervisor = new Supervisor(file, {
    clock: systemClock,
    surroundings: {
      gates: surroundings.gates,
      draining: stopped.signal,
      signal: stopped.signal,
      of: () => surroundings,
    },
    remembered: {
      of: (name) => remembered.get(name) ?? {},
      remember: (name, change) => void remembered.set(name, { ...remembered.get(name), ...change }),
    },
    onEvent: () => undefined,
  });
  onTestFinished(async () => {
    stopped.abort();
    await supervisor.stop();
    await emulator.close();
  });
  supervisor.follow(file);
  return {
    supervisor,
    emulator,
    surroundings,
    file,
    deployment: id,
    stateFolder: environment.stateFolder,
    folderOf: (name: string): string => join(folder, 'data', name),
    jobOf: (name: string) => supervisor.view().jobs.find((job) => job.name === name)!,
  };
}

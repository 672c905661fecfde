import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import type { RequestPhase } from '../../../src/emulator/request-info.ts';

const CHILD = fileURLToPath(new URL('emulator-child.ts', import.meta.url));

export interface EmulatorProcess {
  readonly emulator: Pick<Emulator, 'url' | 'token' | 'deployments'>;
  /** Resolves with the exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string>;
}

/** An emulator in a process of its own; with `killAt` it ends itself by SIGKILL when a request gets there. */
export async function emulatorProcess(
  dataDir: string,
  killAt?: { phase: RequestPhase; kind: string },
): Promise<EmulatorProcess> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify({ dataDir, killAt })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([status, signal]) => (status ?? signal) as number | string);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then((status) => Promise.reject(new Error(`the emulator ended with ${status}`))),
  ])) as [string];
  return {
    emulator: JSON.parse(line) as Emulator,
    ended,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

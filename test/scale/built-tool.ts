import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = new URL('../..', import.meta.url).pathname;

/** A place for one run at full size, with the tool as a user has it: compiled, without sources. */
export interface Workplace extends Disposable {
  /** Where everything lies that the run makes. */
  readonly folder: string;
  readonly bin: string;
}

export function openWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-scale-'));
  const tool = join(folder, 'tool');
  mkdirSync(tool);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [
    tsc,
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--outDir',
    join(tool, 'dist'),
  ]);
  cpSync(join(ROOT, 'bin'), join(tool, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(tool, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(tool, 'node_modules'));
  return {
    folder,
    bin: join(tool, 'bin/stagesync.js'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** An embedded Stage in a process of its own. */
export interface StageProcess extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly deployment: string;
  /** Requests that would change something, since it started. */
  changingRequests(): Promise<number>;
}

export async function startStage({ folder, bin }: Workplace): Promise<StageProcess> {
  const data = join(folder, 'stage');
  const args = [bin, 'emulator', '--json', '--data', data, '--token', 'scale'];
  const [child, line] = await started(
    spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const { url, token, deployments } = JSON.parse(line) as {
    url: string;
    token: string;
    deployments: [string];
  };
  return {
    url,
    token,
    deployment: deployments[0],
    async changingRequests() {
      const answer = await fetch(`${url}/_emulator/counters`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { changing: number }).changing;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** The process and the first line it prints. */
export async function started(child: ChildProcess): Promise<[ChildProcess, string]> {
  const ended = once(child, 'exit').then(([status]) =>
    Promise.reject(new Error(`a process ended with ${String(status)} before it was ready`)),
  );
  const lines = createInterface(child.stdout!);
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined);
  return [child, line];
}

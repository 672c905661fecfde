import { PassThrough } from 'node:stream';
import { main } from '../../../src/cli/main.ts';
import { resultOf, type CliOptions, type CliResult, type CliSandbox } from './cli.ts';

export interface InsideOptions extends Pick<CliOptions, 'env' | 'cwd'> {
  /** What a person at a terminal types. Absent: there is nobody to ask. */
  readonly typed?: string;
}

/**
 * One command line, as a process would run it, in the test's own process: for what a scenario only needs done before
 * and after the command that it is about, a process each costs most of its time.
 */
export async function commandInside(
  cli: CliSandbox,
  args: readonly string[],
  { env = {}, cwd = cli.folder, typed }: InsideOptions = {},
): Promise<CliResult> {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), typed === undefined ? {} : { isTTY: true });
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end(typed);
  const said = { stdout: '', stderr: '' };
  stdout.on('data', (part: Buffer) => (said.stdout += part.toString()));
  stderr.on('data', (part: Buffer) => (said.stderr += part.toString()));
  const status = await main(args, {
    env: { ...cli.env, ...env },
    cwd,
    home: cli.env['HOME']!,
    pid: process.pid,
    versions: { node: process.versions.node, platform: 'test' },
    stdout,
    stderr,
    ...(typed !== undefined && { stdin }),
    onSignal: () => () => undefined,
    onCrash: () => () => undefined,
    keepHeapSmall: () => undefined,
    collectBuffers: () => () => undefined,
    collectGarbage: () => undefined,
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  });
  return resultOf(status, said.stdout, said.stderr);
}

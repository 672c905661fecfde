import { PassThrough } from 'node:stream';
import { main } from '../../../src/cli/main.ts';
import type { Host } from '../../../src/cli/process/host.ts';
import type { Emulator } from '../../../src/emulator/options.ts';

export interface LineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What is typed at a terminal. Absent: there is none. */
  readonly typed?: string;
  /** What stdin, which is no terminal, holds. */
  readonly input?: string;
  /** Whether stdout is a terminal, and how wide. */
  readonly columns?: number;
  /** Ctrl-C is sent once the output shows this. */
  readonly stopAt?: RegExp;
}

export interface LineResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Each line of stdout as JSON. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Command lines that go to the management plane of an emulator, run inside the test. */
export const linesTo =
  (emulator: Pick<Emulator, 'url' | 'token'>) =>
  async (line: string | readonly string[], options: LineOptions = {}): Promise<LineResult> => {
    const said = { stdout: '', stderr: '' };
    const listeners = new Set<() => void>();
    let isStopped = false;
    const collect = (name: 'stdout' | 'stderr'): PassThrough =>
      new PassThrough().on('data', (part: Buffer) => {
        said[name] += part.toString();
        if (isStopped || options.stopAt?.test(said[name]) !== true) return;
        isStopped = true;
        for (const interrupt of listeners) interrupt();
      });
    const isTerminal = options.typed !== undefined;
    const stdin = Object.assign(new PassThrough(), isTerminal ? { isTTY: true } : {});
    stdin.end(options.typed ?? options.input ?? '');
    const host: Host = {
      env: {
        SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
        SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
        TERM: 'dumb',
        LANG: 'C.UTF-8',
        ...options.env,
      },
      cwd: options.cwd ?? '/work',
      home: '/home/test',
      pid: process.pid,
      versions: { node: process.versions.node, platform: 'test' },
      stdin,
      stdout: Object.assign(
        collect('stdout'),
        options.columns === undefined ? {} : { isTTY: true, columns: options.columns },
      ),
      stderr: Object.assign(collect('stderr'), isTerminal ? { isTTY: true } : {}),
      onSignal(signal, listener) {
        if (signal === 'SIGINT') listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      onCrash: () => () => undefined,
      keepHeapSmall: () => undefined,
      collectBuffers: () => () => undefined,
      collectGarbage: () => undefined,
      exit: (code) => {
        throw new Error(`exit ${code}`);
      },
    };
    const status = await main(typeof line === 'string' ? line.split(' ') : line, host);
    return new Ended(status, said.stdout, said.stderr);
  };

class Ended implements LineResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(status: number, stdout: string, stderr: string) {
    this.status = status;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  get rows(): LineResult['rows'] {
    return this.stdout
      .split('\n')
      .filter((each) => each !== '')
      .map((each) => JSON.parse(each) as Readonly<Record<string, unknown>>);
  }
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Lines of output that an agent is shown; what comes between the first and the last of them is counted. */
const FIRST_LINES = 200;

/** Bytes of one line, and of all that are shown, at most. */
const LINE_BYTES = 4_000;
const SHOWN_BYTES = 60_000;

/** Bytes of stderr that are kept: its end says why. */
const STDERR_BYTES = 8_000;

export interface Program {
  readonly file: string;
  /** What stands before the words of the command line. */
  readonly before: readonly string[];
}

/** What a command said. */
export interface Ended {
  readonly status: number;
  /** The first lines of stdout. */
  readonly first: readonly string[];
  /** How many lines were left out. */
  readonly leftOut: number;
  /** The last line: of most commands the report, or the sum. Undefined where the first lines have it. */
  readonly last: string | undefined;
  /** The end of stderr. */
  readonly stderr: string;
}

/**
 * Runs the command line to its end. Rejects where it cannot be started. An aborted signal stops it as Ctrl-C does: what is in
 * flight is finished and recorded.
 */
export async function runCommand(
  program: Program,
  words: readonly string[],
  signal: AbortSignal,
): Promise<Ended> {
  const child = spawn(program.file, [...program.before, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const interrupt = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const stdout = keepEnds(createInterface({ input: child.stdout, crlfDelay: Infinity }));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_BYTES);
    });
    const status = await ending(child);
    return { status, ...(await stdout), stderr: stderr.trim() };
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function ending(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // once both outputs are read to their ends
    child.once('close', (code, killedBy) => resolve(code ?? (killedBy === null ? 1 : 128)));
  });
}

async function keepEnds(lines: AsyncIterable<string>): Promise<Pick<Ended, 'first' | 'leftOut' | 'last'>> {
  const first: string[] = [];
  let bytes = 0;
  let leftOut = 0;
  let last: string | undefined;
  for await (const line of lines) {
    if (last !== undefined) leftOut++;
    const shown = line.length > LINE_BYTES ? `${line.slice(0, LINE_BYTES)}…` : line;
    if (leftOut === 0 && last === undefined && first.length < FIRST_LINES && bytes < SHOWN_BYTES) {
      first.push(shown);
      bytes += shown.length;
    } else last = shown;
  }
  return { first, leftOut, last };
}

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Report, SyncEvent } from '../../src/model/events.ts';
import type { StageProcess, Workplace } from './built-tool.ts';

/** What came of one run of the tool, and what the kernel said of its process. Linux only. */
export interface ObservedRun {
  readonly status: number | null;
  readonly report: Report;
  readonly stderr: string;
  /** Done, as 'upload a.csv new', in path order. Not kept when there are more than 1,000. */
  readonly actions: readonly string[];
  /** VmHWM: the most memory that was resident, in bytes. */
  readonly peakBytes: number;
  /** write_bytes: what it caused to be written to a disk, in bytes. */
  readonly diskBytes: number;
  /** Regular files outside its program that it had open at any look. */
  readonly openFiles: ReadonlySet<string>;
  /** Names that appeared in the folders that were to stay empty. */
  readonly appeared: ReadonlySet<string>;
}

export interface ObserveOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Folders to watch. */
  readonly watch: readonly string[];
}

const LOOK_EVERY_MS = 10;
const MOST_ACTIONS = 1_000;

/** Runs a sync with --json to its end, and looks at its process a hundred times a second. */
export async function observeSync(
  { bin }: Workplace,
  args: readonly string[],
  options: ObserveOptions,
): Promise<ObservedRun> {
  const child = spawn(process.execPath, [bin, 'sync', ...args, '--json'], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen = { peakBytes: 0, diskBytes: 0 };
  const openFiles = new Set<string>();
  const appeared = new Set<string>();
  const looking = setInterval(() => {
    look(child.pid!, seen, openFiles);
    for (const folder of options.watch) for (const name of readdirSync(folder)) appeared.add(name);
  }, LOOK_EVERY_MS);
  const actions: string[] = [];
  let report: Report | undefined;
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  createInterface(child.stdout).on('line', (line) => {
    // The events of 100,000 files are not worth a parser's time here.
    if (line.startsWith('{"type":"report"')) report = JSON.parse(line) as Report;
    else if (line.startsWith('{"type":"action"') && actions.length <= MOST_ACTIONS)
      actions.push(describe(JSON.parse(line) as SyncEvent));
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(looking);
  for (const folder of options.watch) for (const name of readdirSync(folder)) appeared.add(name);
  if (report === undefined) throw new Error(`the run ended with ${String(status)} and no report: ${stderr}`);
  return {
    status,
    report,
    stderr,
    actions: actions.length > MOST_ACTIONS ? [] : actions.sort(),
    ...seen,
    openFiles,
    appeared,
  };
}

function describe(event: SyncEvent): string {
  if (event.type !== 'action') return event.type;
  const { kind, path, to, reason, outcome } = event;
  const what = `${kind} ${path}${to === undefined ? '' : ` -> ${to}`} ${reason}`;
  return outcome === 'done' ? what : `${outcome}: ${what}`;
}

/** VmHWM and write_bytes only grow, so that the last look before the end is what counts. */
function look(pid: number, seen: { peakBytes: number; diskBytes: number }, open: Set<string>): void {
  const proc = `/proc/${pid}`;
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`${proc}/status`, 'latin1'))?.[1];
    if (peak !== undefined) seen.peakBytes = Number(peak) * 1024;
    const disk = /write_bytes: (\d+)/.exec(readFileSync(`${proc}/io`, 'latin1'))?.[1];
    if (disk !== undefined) seen.diskBytes = Number(disk);
    for (const fd of readdirSync(`${proc}/fd`)) {
      const target = linkOf(`${proc}/fd/${fd}`);
      if (target.startsWith('/') && !target.startsWith('/dev/')) open.add(target);
    }
  } catch {
    // it has just ended
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** The variables under which the tool reaches a Stage in another process. */
export const stageEnvironment = (stage: StageProcess): Record<string, string> => ({
  SINGLESTOREDB_MANAGEMENT_BASE_URL: stage.url,
  SINGLESTOREDB_MANAGEMENT_TOKEN: stage.token,
});

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MeasuredPass } from './measured-pass.ts';
import { CHANGES } from './synthetic-tree.ts';
import type { Change, SyntheticTree } from './synthetic-tree.ts';

const run = promisify(execFile);
const ROOT = new URL('../../..', import.meta.url).pathname;

/** The engine and these measurements, compiled: types that are stripped at run time cost memory. */
export class Compiled implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stagesync-growth-'));

  constructor() {
    const config = join(this.folder, 'tsconfig.json');
    const compilerOptions = {
      rootDir: ROOT,
      outDir: join(this.folder, 'built'),
      declaration: false,
      typeRoots: [join(ROOT, 'node_modules/@types')],
    };
    const files = [join(ROOT, 'test/scale/growth/measured-pass.ts')];
    const extended = join(ROOT, 'tsconfig.build.json');
    writeFileSync(config, JSON.stringify({ extends: extended, compilerOptions, files, include: [] }));
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], {
      stdio: 'inherit',
    });
  }

  /** One pass over ends that are made up, in a process of its own. `lanes`: requests at the same time. */
  async measure(
    { change, folders, filesPerFolder }: SyntheticTree,
    { lanes = 16 }: { readonly lanes?: number } = {},
  ): Promise<MeasuredPass> {
    const state = mkdtempSync(join(this.folder, 'state-'));
    const script = join(this.folder, 'built/test/scale/growth/measured-pass.js');
    const args = [script, state, change, String(folders), String(filesPerFolder), String(lanes)];
    try {
      if (change !== 'new') await run(process.execPath, [...args, 'seed']);
      const { stdout } = await run(process.execPath, args);
      return JSON.parse(stdout) as MeasuredPass;
    } finally {
      rmSync(state, { recursive: true, force: true });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Files, a hundred in a folder. A million with STAGESYNC_GROWTH_FILES=10000,1000000: some ten minutes. */
const COUNTS = (process.env['STAGESYNC_GROWTH_FILES'] ?? '10000,100000').split(',').map(Number);

/** What is given to write(), in bytes for each file of the tree. */
const MOST_WRITTEN: Readonly<Record<Change, number>> = {
  none: 10,
  // more on a busy machine, where outcomes come slowly and fewer of them share a commit
  new: 1600,
  folders: 4000,
  files: 4000,
  // each step is on disk before the next one is sent
  chains: 24_000,
  cycles: 24_000,
  // half of the files go
  removed: 2000,
};
/** Many files may take this much more memory than few, in bytes. */
const MOST_GROWTH = 64e6;

/** One pass of the engine after each kind of change: equal ends, bounded writes, and memory that does not grow with the files. */
export async function checkGrowth(say: (line: string) => void): Promise<void> {
  using compiled = new Compiled();
  for (const change of CHANGES) {
    const peaks: number[] = [];
    for (const files of COUNTS) {
      const cost = await compiled.measure({ change, folders: files / 100, filesPerFolder: 100 });
      const { outcome, isEqual, cpuMs, peakBytes, writtenBytes, logBytes, requests } = cost;
      const eachWritten = writtenBytes / files;
      say(
        `${change}, ${files} files: ${((1000 * cpuMs) / files).toFixed(0)} µs and ${eachWritten.toFixed(0)} bytes written a file, ${(peakBytes / 1e6).toFixed(0)} MB, log ${(logBytes / 1e6).toFixed(1)} MB, ${requests} requests`,
      );
      if (outcome !== 'clean' || !isEqual) throw new Error(`the pass ended with ${outcome}`);
      if (eachWritten > MOST_WRITTEN[change]) throw new Error(`more is written than ${MOST_WRITTEN[change]}`);
      peaks.push(peakBytes);
    }
    if (Math.max(...peaks) - peaks[0]! > MOST_GROWTH) throw new Error('memory grows with the files');
  }
}

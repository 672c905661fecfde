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
class Compiled implements Disposable {
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

  /** One pass over ends that are made up, in a process of its own. */
  async measure({ change, folders, filesPerFolder }: SyntheticTree): Promise<MeasuredPass> {
    const state = mkdtempSync(join(this.folder, 'state-'));
    const script = join(this.folder, 'built/test/scale/growth/measured-pass.js');
    const args = [script, state, change, String(folders), String(filesPerFolder)];
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

const isChange = (name: string): name is Change => (CHANGES as readonly string[]).includes(name);

{
  using compiled = new Compiled();
  const [name = '', ...counts] = process.argv.slice(2);
  for (const change of isChange(name) ? [name] : CHANGES)
    for (const count of counts.length > 0 ? counts : ['10000']) {
      const files = Number(count);
      const cost = await compiled.measure({ change, folders: files / 100, filesPerFolder: 100 });
      console.log(
        `${change} ${count}: ${cost.outcome}${cost.isEqual ? '' : ' NOT EQUAL'} up ${cost.uploaded} moved ${cost.moved} removed ${cost.removed}; ${((1000 * cost.cpuMs) / files).toFixed(0)} us/file, peak ${(cost.peakBytes / 1e6).toFixed(0)} MB, written ${(cost.writtenBytes / files).toFixed(0)} B/file, dirtied ${(cost.dirtiedBytes / files).toFixed(0)} B/file, ledger ${(cost.ledgerBytes / files).toFixed(0)} B/file, log ${(cost.logBytes / 1e6).toFixed(1)} MB, requests ${cost.requests}`,
      );
    }
}

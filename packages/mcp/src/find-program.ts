import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { Program } from './run-command.ts';

/** The installed command line: a file that was named, else the package beside this one, else what PATH has. */
export function findProgram(named: string | undefined): Program {
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`--stagesync ${named}: there is no such file`);
    return asProgram(named);
  }
  try {
    const manifest = createRequire(import.meta.url).resolve('stagesync/package.json');
    return asProgram(join(dirname(manifest), 'bin/stagesync.js'));
  } catch {
    return { file: 'stagesync', before: [] };
  }
}

const asProgram = (file: string): Program =>
  ['.js', '.mjs', '.cjs'].includes(extname(file))
    ? { file: process.execPath, before: [file] }
    : { file, before: [] };

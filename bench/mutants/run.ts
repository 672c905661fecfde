// npm run bench:mutants [-- --folder DIR]: builds the tool with one part of its work left out, again and again, and
// fails when the benchmark does not notice.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildModules, ROOT } from '../product.ts';
import { mutants } from './mutants.ts';
import type { Mutant } from './mutants.ts';

const { values } = parseArgs({
  options: { folder: { type: 'string', default: join(tmpdir(), 'stagesync-bench') } },
});
const folder = join(values.folder, 'mutants');
mkdirSync(folder, { recursive: true });
const whole = join(folder, 'whole');
await buildModules(whole);

/** The benchmark's exit status with this package. */
function bench(
  rows: readonly string[],
  copy: string,
): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'bench/run.ts'), ...rows, '--quick', '--folder', folder, '--package', copy],
    { encoding: 'utf8' },
  );
  return { status, text: stdout + stderr };
}

function mutate({ file, from, to, also }: Mutant): string {
  const copy = join(folder, 'mutant');
  rmSync(copy, { recursive: true, force: true });
  cpSync(whole, copy, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  let text = readFileSync(join(copy, file), 'utf8');
  for (const change of also === undefined ? [{ from, to }] : [{ from, to }, also]) {
    const places = text.split(change.from).length - 1;
    if (places !== 1)
      throw new Error(`${file} has ${places} places that read ${JSON.stringify(change.from)}`);
    text = text.replace(change.from, () => change.to);
  }
  writeFileSync(join(copy, file), text);
  return copy;
}

const wrong: string[] = [];
const rows = [...new Set(mutants.flatMap((mutant) => mutant.rows))];
const clean = bench(rows, whole);
if (clean.status !== 0) throw new Error(`the benchmark fails without a mutant:\n${clean.text}`);
console.log('without a mutant: passes');
for (const mutant of mutants) {
  const { status, text } = bench(mutant.rows, mutate(mutant));
  const why = /wrong result: [^\n]*/.exec(text)?.[0] ?? /status \d[^\n]*/.exec(text)?.[0] ?? '';
  console.log(`${mutant.name}: ${status === 0 ? 'NOT NOTICED' : `noticed (${why.slice(0, 100)})`}`);
  if (status === 0) wrong.push(mutant.name);
}
if (wrong.length > 0) {
  console.error(`the benchmark passes although a build ${wrong.join('; ')}`);
  process.exitCode = 1;
}

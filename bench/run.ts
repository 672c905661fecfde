// npm run bench [-- NAME…] [--quick] [--pairs N] [--folder DIR] [--package DIR]
import { mkdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { findPeers } from './measure/peers.ts';
import { buildProduct, openProduct, ROOT } from './product.ts';
import { machine, spreadText, versionsOf, writeResults } from './report.ts';
import type { Result } from './report.ts';
import { benchmarks } from './rows/index.ts';
import { startSink } from './sink/start.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // small and short: does everything run? Its numbers mean nothing and are kept apart
    quick: { type: 'boolean', default: false },
    pairs: { type: 'string' },
    // fixtures are kept here from run to run: 8 GB
    folder: { type: 'string', default: join(tmpdir(), 'stagesync-bench') },
    // a package that was built before, instead of building one
    package: { type: 'string' },
  },
});

const say = (text: string): void => console.log(text);
const wanted = benchmarks.filter(
  ({ name, row }) =>
    positionals.length === 0 || positionals.includes(name) || positionals.includes(String(row)),
);
const unknown = positionals.filter(
  (each) => !benchmarks.some(({ name, row }) => each === name || each === String(row)),
);
if (unknown.length > 0)
  throw new Error(
    `no benchmark ${unknown.join(', ')}; there are ${benchmarks.map(({ name }) => name).join(', ')}`,
  );

const folder = join(values.folder, values.quick ? 'quick' : 'full');
mkdirSync(folder, { recursive: true });
const product =
  values.package === undefined
    ? await buildProduct(join(folder, 'package'))
    : await openProduct(values.package);
const peers = await findPeers(process.env);
const sink = await startSink();
const pairs = Number(values.pairs ?? (values.quick ? 1 : 3));
const bench: Bench = { quick: values.quick, pairs, folder, product, peers, sink, say };
const versions = versionsOf(product.version, peers);
const { build } = product;

const results: Result[] = [];
const wrong: string[] = [];
const output = values.quick ? folder : join(ROOT, 'bench');
try {
  for (const benchmark of wanted) {
    const { row, name } = benchmark;
    const load = loadavg()[0]!;
    say(`${row}. ${name} (load ${load.toFixed(1)})`);
    try {
      const measured = await benchmark.run(bench);
      // a small run says nothing of speed
      const checks = measured.checks.map((check) => (values.quick ? { ...check, met: undefined } : check));
      const outcome = { ...measured, checks };
      const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
      results.push({ row, name, ...outcome, date, machine: machine(), versions, load, pairs, build });
      for (const { what, value, target, met, unit = '' } of checks) {
        const verdict = met === undefined ? '' : `, target ${target}: ${met ? 'met' : 'missed'}`;
        say(`  ${what}: ${spreadText(value)}${unit}${verdict}`);
      }
      if (outcome.leftOut.length > 0) say(`  left out: ${outcome.leftOut.join(', ')}`);
      writeResults(output, results, build);
    } catch (error) {
      wrong.push(name);
      console.error(error);
    }
  }
} finally {
  await sink.stop();
}
say(`results: ${join(output, 'results.md')}`);
if (wrong.length > 0) {
  console.error(`wrong results or failures: ${wrong.join(', ')}`);
  process.exitCode = 1;
}

import { resolve } from 'node:path';
import { USUAL_NAME } from '../../../jobs-file/find-jobs-file.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { shellWord } from '../../output/shell-word.ts';
import type { Host } from '../../process/host.ts';
import { isByNpx, ownCommand } from '../../process/own-command.ts';
import { stageSurroundings } from '../../surroundings.ts';
import {
  addBrokenFile,
  BROKEN,
  CHANGED,
  changeOneFile,
  DEMO,
  demoPlace,
  type DemoPlace,
  makeDemoFiles,
  mendBrokenFile,
} from './demo-files.ts';
import { Demonstration } from './demonstration.ts';

const SUMS = `SELECT country, COUNT(*) AS orders, SUM(quantity) AS pieces, ROUND(SUM(quantity * price), 2) AS revenue
     FROM ${DEMO.table} GROUP BY country ORDER BY country`;

const makeTable = ({ stage, database }: DemoPlace): readonly string[] =>
  `load sql orders --to ${stage} --database ${database} --table ${DEMO.table} --key order_id --apply --start`.split(
    ' ',
  );
const RUN = ['run', DEMO.job];

/** What to type next. `npx` finds the command from this folder; from the new one, elsewhere on the disk, it may not. */
function goOn(name: string, { top, database }: DemoPlace, env: Host['env']): string {
  const command = ownCommand(env);
  const file = isByNpx(env) ? ` --file ${shellWord(`${name}/${USUAL_NAME}`)}` : '';
  const lines = [
    [`${command} load status ${DEMO.job}${file}`, 'each file, and whether it is loaded'],
    [`${command} status ${DEMO.job}${file}`, 'what the last runs did'],
    [`${command} run ${DEMO.job}${file}`, 'after you changed something'],
  ] as const;
  const width = Math.max(...lines.map(([typed]) => typed.length));
  return `
That was the whole way, by commands that do the same with a real Stage. Go on with:

${file === '' ? `  cd ${shellWord(name)}\n` : ''}${lines.map(([typed, does]) => `  ${typed.padEnd(width)}    ${does}`).join('\n')}

Its table is orders in the database ${database} of the embedded Stage. To remove it again: rm -r ${shellWord(name)}; ${command} rm -r ${top}`;
}

/** `stagesync demo`. */
export async function showTheWay(
  context: Context,
  name: string,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<ExitStatus> {
  const folder = resolve(context.host.cwd, name);
  const place = demoPlace(folder);
  const demo = new Demonstration(context, { folder, place, quiet, around: stageSurroundings(context, {}) });
  const made = await makeDemoFiles(folder, place);
  demo.say(
    `Made ${made.files} files with ${made.rows} orders in ${name}/orders, and ${name}/stagesync.yaml with one job.`,
  );
  await demo.dropWhatAnEarlierOneLeft();

  await demo.step('A table and a pipeline, made of what the files have:', makeTable(place));
  await demo.step('From the folder to the Stage, and from there into the table:', RUN);
  await demo.rows(SUMS);

  await changeOneFile(folder);
  await demo.step(
    `A price in ${CHANGED} was wrong, and an order was missing: both are put right in the folder.\nA pipeline reads a file name once. The job has it read again:`,
    RUN,
  );
  await demo.rows(SUMS);

  await addBrokenFile(folder);
  await demo.step(`A new file, ${BROKEN}, has a word where a number belongs:`, RUN, EXIT.notLoaded);
  await demo.step('What became of it:', ['load', 'status', DEMO.job, '--state', 'skipped'], EXIT.notLoaded);

  await mendBrokenFile(folder);
  await demo.step('It is mended in the folder, and sent again:', RUN);
  await demo.rows(SUMS);
  demo.say(goOn(name, place, context.host.env));
  return EXIT.clean;
}

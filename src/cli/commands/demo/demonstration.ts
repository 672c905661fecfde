import type { SqlValue } from '../../../data-api/replies.ts';
import { parseStageAddress } from '../../../jobs/addresses.ts';
import { reachDatabase } from '../../../jobs/load/reach-database.ts';
import { SyncError } from '../../../model/errors.ts';
import { padEndTo, textWidth } from '../../../model/text-width.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { Context } from '../../context.ts';
import type { StageSurroundings } from '../../../jobs/surroundings.ts';
import { DEMO, type DemoPlace } from './demo-files.ts';
import { SilentStream } from './silent-stream.ts';

export interface DemonstrationOptions {
  readonly around: StageSurroundings;
  /** Where the commands run: an absolute path. */
  readonly folder: string;
  readonly place: DemoPlace;
  /** Shows no output of the commands. */
  readonly quiet: boolean;
}

/** Shows commands of this very program as somebody would type them, and what they do. */
export class Demonstration {
  readonly #context: Context;
  readonly #options: DemonstrationOptions;

  constructor(context: Context, options: DemonstrationOptions) {
    this.#context = context;
    this.#options = options;
  }

  say(text: string): void {
    this.#context.out.line(text);
  }

  /** Rejects when the command ends with another status than that: the demonstration would show something untrue. */
  async step(why: string, argv: readonly string[], wanted: ExitStatus = EXIT.clean): Promise<void> {
    const { out } = this.#context;
    this.say(`\n${why}\n\n$ stagesync ${argv.join(' ')}`);
    await out.flush();
    const status = await this.#run(argv, this.#options);
    if (wanted !== EXIT.clean) this.say(`(it ended with status ${status})`);
    if (status === wanted) return;
    throw new SyncError(
      'not_loaded',
      `"stagesync ${argv.join(' ')}" in ${this.#options.folder} ended with status ${status} where ${wanted} was to be seen; what it said is above`,
      { verdict: 'end_run' },
    );
  }

  /** As the shell would, in the folder of the demonstration. */
  async #run(argv: readonly string[], { quiet }: { readonly quiet: boolean }): Promise<number> {
    const { host, err, stop } = this.#context;
    const { folder } = this.#options;
    const [stdout, stderr] = quiet ? [new SilentStream(), new SilentStream()] : [host.stdout, host.stderr];
    const status = await this.#context.run(argv, { ...host, cwd: folder, stdout, stderr });
    await err.flush();
    stop.draining.throwIfAborted();
    return status;
  }

  /** Asks the database, and shows what it says. */
  async rows(sql: string): Promise<void> {
    this.say(`\nsql> ${sql}\n`);
    const { columns, rows } = await this.#inDatabase((api) =>
      api.tuples(
        { sql, database: this.#options.place.database, what: 'read the table' },
        { signal: this.#context.stop.draining },
      ),
    );
    for (const line of textTable(
      columns.map(({ name }) => name),
      rows,
    ))
      this.say(line);
  }

  /** Files, a table and a pipeline of an earlier demonstration in a folder that is gone. The pipeline would remember the files that it has read. */
  async dropWhatAnEarlierOneLeft(): Promise<void> {
    const { table } = DEMO;
    const { database, top } = this.#options.place;
    await this.#run(['rm', '-r', '--yes', '--if-exists', '--quiet', top], { quiet: true });
    const statements = [
      `CREATE DATABASE IF NOT EXISTS ${database}`,
      `DROP PIPELINE IF EXISTS ${table}`,
      `DROP TABLE IF EXISTS ${table}`,
    ];
    await this.#inDatabase(async (api) => {
      for (const [at, sql] of statements.entries())
        await api.execute(
          { sql, what: 'be prepared', ...(at > 0 && { database }) },
          { signal: this.#context.stop.draining },
        );
    });
  }

  async #inDatabase<T>(
    work: (api: Awaited<ReturnType<ReturnType<typeof reachDatabase>['open']>>) => Promise<T>,
  ): Promise<T> {
    const { around, place } = this.#options;
    const reached = reachDatabase(around, {
      address: parseStageAddress(place.stage, 'the demonstration'),
      database: place.database,
    });
    try {
      return await work(await reached.open());
    } finally {
      await reached.close();
    }
  }
}

/** Columns side by side; numbers to the right. */
function textTable(names: readonly string[], rows: readonly (readonly SqlValue[])[]): string[] {
  const cells = [
    names,
    ...rows.map((row) =>
      row.map((value) =>
        typeof value === 'string' ? value : value === null ? 'NULL' : JSON.stringify(value),
      ),
    ),
  ];
  const widths = names.map((_, at) => Math.max(...cells.map((row) => textWidth(row[at] ?? ''))));
  const isNumber = names.map((_, at) => rows.every((row) => typeof row[at] === 'number'));
  return cells.map((row) =>
    row
      .map((text, at) => {
        const width = widths[at] ?? 0;
        return isNumber[at] === true ? ' '.repeat(width - textWidth(text)) + text : padEndTo(text, width);
      })
      .join('  ')
      .trimEnd(),
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import { fixedSecret } from '../../src/data-api/credentials.ts';
import { openDataApi } from '../../src/data-api/data-api.ts';
import type { DatabaseBehaviour } from '../../src/emulator/control/database-behaviour.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { useToLook } from '../../src/jobs/ends/looking-gate.ts';
import { SqlPipelines } from '../../src/load/sql-pipelines.ts';
import { Gates } from '../../src/remote/gate/gates.ts';
import { createHurriedClock } from '../support/api/hurried-clock.ts';
import { SqlHttp } from '../support/database/sql-http.ts';
import {
  PIPELINE,
  TABLE,
  describePipelines,
  type PipelinesFixture,
  type PipelinesFixtureOptions,
} from './pipelines.ts';

const { signal } = new AbortController();

/** The pipelines of the embedded database, as a workspace may have them. */
const opener =
  (behaviour: Partial<DatabaseBehaviour>) =>
  async ({ hasUniqueKey }: PipelinesFixtureOptions): Promise<PipelinesFixture> => {
    const emulator = await startEmulator({ behaviour: { batchRetries: 0, ...behaviour } });
    const sql = new SqlHttp(emulator);
    await sql.exec(
      `CREATE TABLE ${TABLE} (id INT, file VARCHAR(200)${hasUniqueKey ? ', PRIMARY KEY (id)' : ''})`,
    );
    await sql.exec(
      `CREATE PIPELINE \`${PIPELINE}\` AS LOAD DATA STAGE 'in/**' BATCH_INTERVAL 10 REPLACE INTO TABLE ${TABLE} FIELDS TERMINATED BY ',' (id)`,
    );
    const gates = new Gates(createHurriedClock());
    const connect = (pipeline: string | undefined): SqlPipelines =>
      new SqlPipelines({
        label: 'the embedded database',
        database: sql.database,
        pipeline,
        open: () =>
          openDataApi({
            endpoint: new URL(emulator.url),
            credentials: { user: 'admin', secret: fixedSecret(emulator.token) },
            gate: useToLook(gates.of('embedded', 'admin'), {
              name: 'the database',
              concurrency: 4,
              draining: signal,
            }),
          }),
        close: () => Promise.resolve(),
      });
    const opened = [connect(undefined)];
    const start = () => sql.exec(`START PIPELINE IF NOT RUNNING \`${PIPELINE}\``);
    return {
      pipelines: opened[0]!,
      named: (pipeline) => {
        const named = connect(pipeline);
        opened.push(named);
        return named;
      },
      put: async (path, content) => {
        const [folders, encoded] = [path.split('/').slice(0, -1), path.split('/').map(encodeURIComponent)];
        for (const [at] of folders.entries())
          await sql.stage.makeFolder(`${encoded.slice(0, at + 1).join('/')}/`);
        await sql.stage.put(encoded.join('/'), content);
      },
      load: async () => void (await start()),
      hold: async () => {
        emulator.behaviour.set({ batchMs: 600_000 });
        await sql.exec(`ALTER PIPELINE \`${PIPELINE}\` SET MAX_PARTITIONS_PER_BATCH 1`);
        await start();
      },
      begin: async () => {
        emulator.behaviour.set({ batchMs: 100 });
        await start();
        // a batch that has ended meanwhile was begun too
        for (;;) {
          const [first] = await sql.rows('SELECT BATCH_ID FROM information_schema.PIPELINES_BATCHES LIMIT 1');
          if (first !== undefined) break;
          await sleep(5);
        }
        emulator.behaviour.set({ batchMs: 0 });
      },
      rows: async (content) =>
        (await sql.rows(`SELECT id FROM ${TABLE} WHERE id = ?`, [Number(content)])).length,
      [Symbol.asyncDispose]: async () => {
        for (const each of opened) await each.close();
        await emulator.close();
      },
    };
  };

describePipelines('SQL', opener({}));
describePipelines(
  'SQL, names with a slash, unknown files refused',
  opener({ fileNames: 'leading_slash', dropUnknownFile: 'error' }),
);

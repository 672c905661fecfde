import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkpointInThread } from '../../../../src/emulator/database/catalog/checkpoint-thread.ts';
import { Connection } from '../../../../src/emulator/database/catalog/connection.ts';
import { temporaryFolder } from '../../../support/trees/temporary-folder.ts';

const MB = 1_000_000;

const insert = (connection: Connection, bytes: number): Promise<void> =>
  connection.transaction(() => {
    connection.writer.exec('CREATE TABLE IF NOT EXISTS t (x BLOB)');
    const row = connection.writer.prepare('INSERT INTO t VALUES (zeroblob(?))');
    for (let rest = bytes; rest > 0; rest -= MB) row.run(Math.min(rest, MB));
  });

test('a commit copies no large log: a thread does, once, and nothing is lost', async () => {
  const path = join(await temporaryFolder(), 'db');
  const asked: string[] = [];
  const gone = Promise.withResolvers<void>();
  const connection = new Connection(path, {
    checkpoint: async (of) => {
      asked.push(of);
      await gone.promise;
      await checkpointInThread(of);
    },
  });
  await insert(connection, 20 * MB);
  await insert(connection, MB);
  expect(asked).toEqual([path]);
  expect(statSync(path).size).toBeLessThan(MB);
  gone.resolve();
  await connection.idle();
  expect(statSync(path).size).toBeGreaterThan(20 * MB);
  // the log begins anew, and is cut
  await insert(connection, 1000);
  expect(statSync(`${path}-wal`).size).toBeLessThan(5 * MB);
  expect(asked).toEqual([path]);
  expect(connection.reader.prepare('SELECT sum(length(x)) AS bytes FROM t').get()).toEqual({
    bytes: 21 * MB + 1000,
  });
  connection.close();
});

test('small logs are copied now and then, without a thread', async () => {
  const path = join(await temporaryFolder(), 'db');
  const connection = new Connection(path, { checkpoint: () => Promise.reject(new Error('no thread')) });
  for (let n = 0; n < 12; n++) await insert(connection, MB);
  expect(statSync(path).size).toBeGreaterThan(3 * MB);
  expect(statSync(`${path}-wal`).size).toBeLessThan(7 * MB);
  connection.close();
});

test('where the files are gone, nothing happens', async () => {
  await checkpointInThread(join(await temporaryFolder(), 'no-folder', 'db'));
});

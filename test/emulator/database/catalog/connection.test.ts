import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Connection } from '../../../../src/emulator/database/catalog/connection.ts';
import { temporaryFolder } from '../../../support/trees/temporary-folder.ts';

const opened: Connection[] = [];
afterEach(() => {
  for (const connection of opened.splice(0)) connection.close();
});

function open(folder: string): Connection {
  const connection = new Connection(join(folder, 'group.db'));
  opened.push(connection);
  return connection;
}

const add = ({ writer }: Connection, name: string): void => {
  writer
    .prepare("INSERT INTO catalog_tables (database, name, json, created) VALUES ('d', ?, '{}', 0)")
    .run(name);
};
const names = ({ reader }: Connection): unknown[] =>
  reader
    .prepare('SELECT name FROM catalog_tables ORDER BY name')
    .all()
    .map(({ name }) => name);

test('a reader sees nothing of a transaction before its end, and nothing of one that fails', async () => {
  const connection = open(await temporaryFolder());
  const go = Promise.withResolvers<void>();
  const slow = connection.transaction(async () => {
    add(connection, 'a');
    await go.promise;
  });
  const failing = connection.transaction(() => {
    add(connection, 'b');
    throw new Error('no');
  });
  const last = connection.transaction(() => add(connection, 'c'));
  await new Promise(setImmediate);
  expect(names(connection)).toEqual([]);
  go.resolve();
  await slow;
  await expect(failing).rejects.toThrow('no');
  await last;
  expect(names(connection)).toEqual(['a', 'c']);
});

test('of two on one file in one process the second waits for the first, which can end meanwhile', async () => {
  const folder = await temporaryFolder();
  const [first, second] = [open(folder), open(folder)];
  const go = Promise.withResolvers<void>();
  const order: string[] = [];
  const slow = first.transaction(async () => {
    add(first, 'a');
    await go.promise;
    order.push('first');
  });
  await new Promise(setImmediate);
  const waiting = second.transaction(() => {
    order.push('second');
    expect(names(second)).toEqual(['a']);
  });
  setTimeout(() => go.resolve(), 20);
  await Promise.all([slow, waiting]);
  expect(order).toEqual(['first', 'second']);
});

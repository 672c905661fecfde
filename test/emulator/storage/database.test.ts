import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_BEHAVIOUR } from '../../../src/emulator/control/behaviour.ts';
import { Database } from '../../../src/emulator/storage/database.ts';
import { decodeStagePath } from '../../../src/emulator/stage/stage-path.ts';
import { Tree } from '../../../src/emulator/storage/tree.ts';
import type { StoredBytes } from '../../../src/emulator/storage/tree.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const small = (text: string): StoredBytes => ({ small: Buffer.from(text), blob: null, size: text.length });
const large = (blob: string): StoredBytes => ({ small: null, blob, size: 100_000 });

let database: Database;
let tree: Tree;
let root: number;

beforeEach(async () => {
  database = new Database(await temporaryFolder());
  onTestFinished(() => database.close());
  tree = new Tree(database);
  root = database.transaction(() => tree.addRoot('root'));
});

const put = (path: string, bytes: StoredBytes): boolean =>
  tree.putFile(root, decodeStagePath(path), bytes, DEFAULT_BEHAVIOUR);
const column = (sql: string): unknown[] =>
  database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row)[0]);

test('a transaction that fails leaves nothing of what it did, and the next one works', () => {
  const failing = (): void =>
    database.transaction(() => {
      put('lost', small('x'));
      throw new Error('full');
    });
  expect(failing).toThrow('full');
  database.transaction(() => put('kept', small('x')));
  const names = tree.children(tree.find(root, decodeStagePath(''))!).map(({ name }) => name);
  expect(names).toEqual(['kept']);
});

describe('bytes that are no file’s any more', () => {
  test('are dropped from the database, or named as garbage when they are a blob', () => {
    tree.makeFolder(root, decodeStagePath('d/'), DEFAULT_BEHAVIOUR);
    expect(put('f', small('one'))).toBe(false);
    expect(put('f', large('w/0/0'))).toBe(false);
    expect(column('SELECT bytes FROM small')).toEqual([]);
    expect(put('f', small('two'))).toBe(true);
    expect(column('SELECT blob FROM garbage')).toEqual(['w/0/0']);
    put('d/f', large('w/0/1'));
    put('d/g', small('three'));
    expect(tree.remove(root, decodeStagePath('d/'), DEFAULT_BEHAVIOUR)).toBe(true);
    expect(tree.remove(root, decodeStagePath('f'), DEFAULT_BEHAVIOUR)).toBe(false);
    expect(column('SELECT bytes FROM small')).toEqual([]);
    expect(column('SELECT blob FROM garbage')).toEqual(['w/0/0', 'w/0/1']);
    expect(column('SELECT name FROM nodes')).toEqual(['root']);
  });
});

test('a data folder of an earlier version lets a file and a folder share a name too', async () => {
  const folder = await temporaryFolder();
  const earlier = new Database(folder);
  earlier.prepare('DROP INDEX nodes_by_name_and_kind').run();
  earlier.prepare('CREATE UNIQUE INDEX nodes_by_name ON nodes (parent, name)').run();
  earlier.close();
  const now = new Database(folder);
  onTestFinished(() => now.close());
  const tree = new Tree(now);
  const root = tree.addRoot('root');
  const behaviour = { ...DEFAULT_BEHAVIOUR, kindsCoexist: true };
  tree.putFile(root, decodeStagePath('x'), small('x'), behaviour);
  tree.makeFolder(root, decodeStagePath('x/'), behaviour);
  expect(tree.children(tree.find(root, decodeStagePath(''))!).map(({ name }) => name)).toEqual(['x', 'x']);
});

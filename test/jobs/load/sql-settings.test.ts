import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SqlAuthority } from '../../../src/jobs/authority.ts';
import { readEnvironment } from '../../../src/jobs/environment.ts';
import { resolveSqlSettings } from '../../../src/jobs/load/sql-settings.ts';
import { surroundingsOf } from '../../../src/jobs/surroundings.ts';
import { messageOf } from '../../../src/model/errors.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

type Variables = Readonly<Record<string, string>>;
const ANN = { SINGLESTOREDB_USER: 'ann', SINGLESTOREDB_PASSWORD: 'pass word' };
const WEB_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

const settings = (env: Variables, sql: SqlAuthority = {}, folder = '/') =>
  resolveSqlSettings(
    surroundingsOf({
      environment: readEnvironment(env, '/home/ann'),
      folder,
      command: 'test',
      pid: 1,
      authority: { stage: {}, s3: {}, sql },
    }),
  );

async function said(env: Variables, sql: SqlAuthority = {}, folder = '/') {
  const { endpoint, credentials, database } = settings(env, sql, folder);
  const password = await credentials.secret.current();
  return { host: endpoint?.origin, user: credentials.user, password, database };
}

describe('SINGLESTOREDB_URL', () => {
  test.each([
    ['ann:p%40ss@svc-1.example.com:3306/shop', 'https://svc-1.example.com', 'shop'],
    ['ann:p%40ss@svc-1.example.com', 'https://svc-1.example.com', undefined],
    ['singlestoredb://ann:p%40ss@svc-1.example.com:3307/shop', 'https://svc-1.example.com', 'shop'],
    ['mysql://ann:p%40ss@svc-1.example.com/shop?local_infile=1', 'https://svc-1.example.com', 'shop'],
    ['https://ann:p%40ss@svc-1.example.com:8443/shop', 'https://svc-1.example.com:8443', 'shop'],
    ['http://ann:p%40ss@127.0.0.1:9000/shop', 'http://127.0.0.1:9000', 'shop'],
  ])('%s', async (url, host, database) => {
    expect(await said({ SINGLESTOREDB_URL: url })).toEqual({ host, database, user: 'ann', password: 'p@ss' });
  });

  test('a part that it lacks comes from its own variable; a part that it has counts before it', async () => {
    const env = { ...ANN, SINGLESTOREDB_DATABASE: 'other', SINGLESTOREDB_HOST: 'other.example.com' };
    expect(await said({ ...env, SINGLESTOREDB_URL: 'bob@svc-1.example.com' })).toEqual({
      host: 'https://svc-1.example.com',
      user: 'bob',
      password: 'pass word',
      database: 'other',
    });
  });

  test.each(['::::', 'ann:p%@svc-1.example.com', 'http://ann:secret@svc-1.example.com/shop'])(
    'one that cannot be used is refused without being shown: %s',
    (url) => {
      let message = '';
      try {
        settings({ SINGLESTOREDB_URL: url });
      } catch (error) {
        message = messageOf(error);
      }
      expect(message).toContain('SINGLESTOREDB_URL');
      expect(message).not.toContain('secret');
    },
  );
});

describe('the login', () => {
  test('flags count before the environment', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'password'), 'from file\r\n');
    const sql = { user: 'bob', passwordFile: 'password', endpoint: 'svc-2.example.com' };
    expect(await said({ ...ANN, SINGLESTOREDB_HOST: 'svc-1.example.com' }, sql, folder)).toMatchObject({
      host: 'https://svc-2.example.com',
      user: 'bob',
      password: 'from file',
    });
  });

  test('a web token needs no user, and is nobody’s password', async () => {
    const one = await said({ SINGLESTOREDB_PASSWORD: WEB_TOKEN });
    const other = await said({ ...ANN, SINGLESTOREDB_PASSWORD: WEB_TOKEN });
    expect([one, other]).toEqual([
      expect.objectContaining({ user: undefined, password: WEB_TOKEN }),
      expect.objectContaining({ user: undefined, password: WEB_TOKEN }),
    ]);
    const typed = await said({ SINGLESTOREDB_URL: 'x:any-token@svc-1.example.com?credential_type=jwt' });
    expect(typed).toMatchObject({ user: undefined, password: 'any-token' });
  });

  test('the token of the Management API is never taken for one', () => {
    const env = { SINGLESTOREDB_MANAGEMENT_TOKEN: 'management-token', SINGLESTOREDB_USER: 'ann' };
    expect(() => settings(env)).toThrow('no login for the database');
  });

  test.each<[string, Variables, SqlAuthority]>([
    ['nothing', {}, {}],
    ['a user alone', { SINGLESTOREDB_USER: 'ann' }, {}],
    ['a password alone', { SINGLESTOREDB_PASSWORD: 'x' }, {}],
    ['a file that is not there', ANN, { passwordFile: '/nowhere/password' }],
    ['an endpoint that is no host', ANN, { endpoint: 'a b' }],
  ])('%s is refused as a mistake of configuration', (_, env, sql) => {
    expect(() => settings(env, sql)).toThrow(expect.objectContaining({ code: 'config' }) as Error);
  });
});

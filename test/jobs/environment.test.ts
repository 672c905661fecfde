import { expect, test } from 'vitest';
import { readEnvironment } from '../../src/jobs/environment.ts';

test('state and files live in the XDG folders, or in their defaults', () => {
  expect(readEnvironment({}, '/home/me')).toMatchObject({
    stateFolder: '/home/me/.local/state/stagesync',
    stageFolder: '/home/me/.local/share/stagesync/stage',
  });
  expect(readEnvironment({ XDG_STATE_HOME: '/s', XDG_DATA_HOME: '/d' }, '/home/me')).toMatchObject({
    stateFolder: '/s/stagesync',
    stageFolder: '/d/stagesync/stage',
  });
});

test('a relative XDG folder is ignored, as its specification asks', () => {
  expect(readEnvironment({ XDG_STATE_HOME: 'here' }, '/home/me').stateFolder).toBe(
    '/home/me/.local/state/stagesync',
  );
});

test('an empty variable counts as unset, and a line break around a token is not part of it', () => {
  const env = readEnvironment(
    { SINGLESTOREDB_MANAGEMENT_TOKEN: ' abc\n', SINGLESTOREDB_WORKSPACE_GROUP: '' },
    '/home/me',
  );
  expect(env.token).toBe('abc');
  expect(env.workspaceGroup).toBeUndefined();
});

test('CI and debug are off when their variable says so', () => {
  expect(readEnvironment({ CI: 'false', STAGESYNC_DEBUG: '0' }, '/h')).toMatchObject({
    ci: false,
    debug: false,
  });
  expect(readEnvironment({ CI: 'true', STAGESYNC_DEBUG: '1' }, '/h')).toMatchObject({
    ci: true,
    debug: true,
  });
});

test('an S3 endpoint comes from the AWS variable for S3, or from the one for all services', () => {
  const all = { AWS_ENDPOINT_URL: 'http://all.test' };
  expect(readEnvironment({}, '/h').s3EndpointUrl).toBeUndefined();
  expect(readEnvironment(all, '/h').s3EndpointUrl).toBe('http://all.test');
  const both = { ...all, AWS_ENDPOINT_URL_S3: 'http://s3.test' };
  expect(readEnvironment(both, '/h').s3EndpointUrl).toBe('http://s3.test');
  const ignored = { ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  expect(readEnvironment(ignored, '/h').s3EndpointUrl).toBeUndefined();
});

test('proxies come from the variables in either case, the lower one first', () => {
  const upper = { HTTPS_PROXY: 'http://upper:1', HTTP_PROXY: 'http://plain:1', NO_PROXY: 'a.test' };
  expect(readEnvironment({}, '/h').proxy).toEqual({ https: undefined, http: undefined, except: undefined });
  expect(readEnvironment(upper, '/h').proxy).toEqual({
    https: 'http://upper:1',
    http: 'http://plain:1',
    except: 'a.test',
  });
  expect(readEnvironment({ ...upper, https_proxy: 'http://lower:1' }, '/h').proxy.https).toBe(
    'http://lower:1',
  );
});

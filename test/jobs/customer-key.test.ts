import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCustomerKey } from '../../src/jobs/ends/customer-key.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';

const KEY = Buffer.from('0123456789abcdef0123456789abcdef');
const BASE64 = KEY.toString('base64');

async function read(
  content: string | Buffer | undefined,
  variables: Record<string, string> = {},
  endpointUrl?: string,
): Promise<Uint8Array | undefined> {
  const folder = await temporaryFolder();
  if (content !== undefined) writeFileSync(join(folder, 'key'), content);
  return readCustomerKey({
    s3: { ...(content !== undefined && { customerKeyFile: 'key' }), endpointUrl },
    environment: readEnvironment(variables, '/home/me'),
    folder,
  });
}

test('the key comes from a file, as bytes or in base64, or from the environment, and the file counts', async () => {
  expect(await read(undefined)).toBeUndefined();
  for (const content of [KEY, BASE64, `${BASE64}\n`]) expect(await read(content)).toEqual(KEY);
  expect(await read(undefined, { STAGESYNC_SSE_C_KEY: BASE64 })).toEqual(KEY);
  const other = Buffer.alloc(32, 7).toString('base64');
  expect(await read(KEY, { STAGESYNC_SSE_C_KEY: other })).toEqual(KEY);
});

test.each(['', 'secretsecret', BASE64.slice(1), Buffer.alloc(33, 'secret')])(
  'what is no key is refused, and not shown: %j',
  async (content) => {
    const error: unknown = await read(content).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'config', message: expect.stringContaining('--sse-c-key-file key') });
    expect(String(error)).not.toContain('secret');
  },
);

test('a variable that holds no key is refused, and so is a file that is not there', async () => {
  await expect(read(undefined, { STAGESYNC_SSE_C_KEY: 'secret' })).rejects.toThrow(
    /^STAGESYNC_SSE_C_KEY holds no key: it has to be 32 bytes in base64$/,
  );
  const environment = readEnvironment({}, '/home/me');
  expect(() => readCustomerKey({ s3: { customerKeyFile: 'none' }, environment, folder: '/nowhere' })).toThrow(
    /^cannot read --sse-c-key-file none: /,
  );
});

test('the key goes to no http: endpoint on another machine', async () => {
  await expect(read(KEY, {}, 'http://minio.example:9000')).rejects.toThrow(/in the clear/);
  await expect(read(KEY, { AWS_ENDPOINT_URL: 'http://minio.example:9000' })).rejects.toThrow(/in the clear/);
  for (const endpoint of ['http://127.0.0.1:9000', 'https://minio.example'])
    expect(await read(KEY, {}, endpoint)).toEqual(KEY);
});

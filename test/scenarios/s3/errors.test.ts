import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bucketAndStage } from '../../support/s3/bucket-and-stage.ts';
import { cliSandbox } from '../../support/cli/cli.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { refusingPort } from '../../support/network/refusing-port.ts';
import { onEveryS3, onRealS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import type { Fault } from '../../support/s3/s3-proxy.ts';

const SECRET = 'wr0ng5ec2e7wr0ng5ec2e7wr0ng5ec2e7wr0ng5';
const SESSION = 'se55i0nt0kense55i0nt0ken';
const TRACE = fileURLToPath(new URL('../../support/cli/trace-imports.mjs', import.meta.url));

/** One line, this status, this code in the report, no stack. */
function expectRefusal(run: CliResult, status: number, code: string, message: RegExp): void {
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toMatch(/^stagesync: [^\n]+\n$/);
  expect(run.status).toBe(status);
  expect(run.report).toMatchObject({ type: 'report', uploaded: 0, error: { code } });
}

const reply = (status: number, code: string, headers: Record<string, string> = {}): Fault => ({
  reply: { status, code, headers },
});

/** The region that a request was signed for. */
const signedFor = (authorization: string | undefined): string | undefined =>
  /Credential=[^/]+\/\d+\/([^/]+)\//.exec(authorization ?? '')?.[1];

function suite(name: string, server: () => S3Server): void {
  describe(`a bucket of ${name}`, () => {
    test.each([
      ['access is denied', reply(403, 'AccessDenied'), 'source_denied', /access is denied.*s3:ListBucket/],
      [
        'a signature is refused',
        reply(403, 'SignatureDoesNotMatch'),
        'source_unauthorised',
        /check the keys/,
      ],
      ['the credentials have expired', reply(400, 'ExpiredToken'), 'source_unauthorised', /sign in again/],
      ['the clock is wrong', reply(403, 'RequestTimeTooSkewed'), 'source_unauthorised', /clock/],
      ['the bucket is elsewhere', reply(301, 'PermanentRedirect'), 'source_failed', /--region/],
      ['no S3 answers', reply(405, 'MethodNotAllowed'), 'source_failed', /--endpoint-url/],
      [
        'the answer is no listing',
        { rewrite: () => '<?xml version="1.0"?><html><body>welcome</body></html>' },
        'source_listing_broken',
        /not an S3 listing/,
      ],
    ] as const)('%s: one line, status 5, nothing changed', async (_, fault, code, message) => {
      await using pair = await bucketAndStage(server());
      await pair.put('a.csv', 'a');
      pair.fault = () => fault;
      expectRefusal(await pair.sync(['--mirror']), 5, code, message);
      expect(pair.stage.changingRequests()).toBe(0);
    });

    test('a bucket that does not exist: one line, status 5', async () => {
      await using pair = await bucketAndStage(server());
      const args = ['sync', 's3://no-such-bucket-here/p', pair.stage.address, '--json'];
      const env = { AWS_ACCESS_KEY_ID: server().accessKey, AWS_SECRET_ACCESS_KEY: server().secretKey };
      const run = await pair.cli.run([...args, '--endpoint-url', pair.bucket.url], { env });
      expectRefusal(run, 5, 'source_missing', /no-such-bucket-here: there is no such bucket/);
    });

    test('a listing that breaks off in its second page removes nothing', async () => {
      await using pair = await bucketAndStage(server());
      for (const path of ['a', 'b', 'c', 'd']) await pair.put(path, path);
      await pair.sync();
      let lists = 0;
      pair.fault = ({ isList }) => {
        if (!isList) return undefined;
        if (++lists > 1) return reply(403, 'AccessDenied');
        return {
          rewrite: (xml) =>
            xml
              .replace('<IsTruncated>false</IsTruncated>', '<IsTruncated>true</IsTruncated>')
              .replace(/<KeyCount>\d+</, '<KeyCount>1<')
              .replace('</ListBucketResult>', '<NextContinuationToken>n</NextContinuationToken>$&')
              .replace(/(<Contents>.*?<\/Contents>).*<\/Contents>/s, '$1'),
        };
      };
      const run = await pair.sync(['--mirror', '--force']);
      expect(run).toMatchObject({ status: 5, report: { removed: 0, error: { code: 'source_denied' } } });
      expect(lists).toBe(2);
      expect(Object.keys(await pair.files())).toEqual(['a', 'b', 'c', 'd']);
    });

    test('an object that may not be read fails alone', async () => {
      await using pair = await bucketAndStage(server());
      for (const path of ['a', 'hidden', 'z']) await pair.put(path, path);
      pair.fault = ({ isRead, url }) =>
        isRead && url.pathname.endsWith('hidden') ? reply(403, 'AccessDenied') : undefined;
      const run = await pair.sync();
      expect(run).toMatchObject({ status: 3, report: { outcome: 'failures', uploaded: 2, failed: 1 } });
      expect(run.stderr).toMatch(/failed: hidden: .*access is denied.*s3:GetObject/);
      expect(Object.keys(await pair.files())).toEqual(['a', 'z']);
    });

    test('the region is that of the environment until the bucket names its own, and then that one', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('a.csv', 'a');
      const regions: (string | undefined)[] = [];
      pair.fault = ({ headers }) => {
        const region = signedFor(headers.authorization);
        regions.push(region);
        return region === 'eu-south-2'
          ? undefined
          : reply(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-south-2' });
      };
      const run = await pair.sync([], { env: { AWS_REGION: 'ap-east-1' } });
      expect(run).toMatchObject({ status: 0, report: { uploaded: 1 } });
      expect(regions).toEqual(['ap-east-1', 'eu-south-2', 'eu-south-2']);
    });

    test('AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL name the server, with the bucket in the path', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('a.csv', 'a');
      // by name, where a bucket would otherwise go into the host name
      const url = pair.bucket.url.replace('127.0.0.1', 'localhost');
      const env = { AWS_ACCESS_KEY_ID: server().accessKey, AWS_SECRET_ACCESS_KEY: server().secretKey };
      const sync = (more: Record<string, string>) =>
        pair.cli.run(['sync', pair.source, pair.stage.address, '--json'], { env: { ...env, ...more } });
      expect((await sync({ AWS_ENDPOINT_URL: url })).report).toMatchObject({ uploaded: 1 });
      const both = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ENDPOINT_URL_S3: url };
      expect((await sync(both)).report).toMatchObject({ outcome: 'clean', unchanged: 1 });
      expect(new Set(pair.bucket.proxy.requests.map(({ url: { pathname } }) => pathname))).toEqual(
        new Set([`/${pair.bucket.name}/`, `/${pair.bucket.name}/${pair.prefix}a.csv`]),
      );
      const flag = ['--endpoint-url', pair.bucket.url];
      const nowhere = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
      const run = await pair.cli.run(['sync', pair.source, pair.stage.address, '--json', ...flag], {
        env: nowhere,
      });
      expect(run).toMatchObject({ status: 0, report: { outcome: 'clean' } });
    });

    test('AWS_PROFILE and --profile take keys and region from the AWS files', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('a.csv', 'a');
      const folder = join(pair.cli.env['HOME']!, '.aws');
      await mkdir(folder);
      const { accessKey, secretKey } = server();
      const keys = `aws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`;
      await writeFile(join(folder, 'credentials'), `[lab]\n${keys}`);
      await writeFile(join(folder, 'config'), `[profile lab]\nregion = eu-north-1\n`);
      const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
      expect((await pair.sync([], { env: { ...none, AWS_PROFILE: 'lab' } })).report).toMatchObject({
        uploaded: 1,
      });
      expect((await pair.sync(['--profile', 'lab'], { env: none })).report).toMatchObject({ unchanged: 1 });
      expect(
        new Set(pair.bucket.proxy.requests.map(({ headers }) => signedFor(headers.authorization))),
      ).toEqual(new Set(['eu-north-1']));
      const asked = pair.bucket.proxy.requests.length;
      const missing = await pair.sync(['--profile', 'nobody'], { env: none });
      expectRefusal(missing, 5, 'source_unauthorised', /no usable AWS credentials.*--profile/);
      expect(pair.bucket.proxy.requests).toHaveLength(asked);
    });

    test('--no-sign-request sends no credentials', async () => {
      await using pair = await bucketAndStage(server());
      pair.fault = () => reply(403, 'AccessDenied');
      expectRefusal(await pair.sync(['--no-sign-request']), 5, 'source_denied', /access is denied/);
      expect(pair.bucket.proxy.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    });

    test('no key and no session token is in any output or in the state folder', async () => {
      await using pair = await bucketAndStage(server());
      await pair.put('a.csv', 'a');
      const env = { STAGESYNC_DEBUG: '1', AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: SESSION };
      const said: string[] = [];
      const sync = async (fault: Fault | undefined, own: Readonly<Record<string, string>> = env) => {
        pair.fault = () => fault;
        const run = await pair.sync(['--verbose'], { env: own });
        said.push(run.stdout, run.stderr);
        return run.status;
      };
      expect(await sync(undefined, { STAGESYNC_DEBUG: '1' })).toBe(0);
      expect(await sync(reply(403, 'SignatureDoesNotMatch'))).toBe(5);
      expect(await sync(reply(403, 'AccessDenied'))).toBe(5);
      expect(await sync({ rewrite: () => 'no XML at all' })).toBe(5);
      const inUrl = pair.bucket.url.replace('//', `//user:${SECRET}@`);
      const named = await pair.sync(['--endpoint-url', inUrl]);
      const asBucket = await pair.cli.run([
        'sync',
        `s3://id:${SECRET}@bucket/p`,
        pair.stage.address,
        '--json',
      ]);
      expect(asBucket.status).toBe(2);
      said.push(named.stdout, named.stderr, asBucket.stdout, asBucket.stderr);
      for (const file of await readdir(pair.cli.stateFolder))
        said.push((await readFile(join(pair.cli.stateFolder, file))).toString('latin1'));
      for (const secret of [SECRET, SESSION, server().secretKey])
        expect(said.join('\n')).not.toContain(secret);
    });
  });
}

onEveryS3('refusals through the command line', suite);

onRealS3('refusals of signatures', (server) => {
  test('a real server refuses a wrong secret, an unknown key and a request without a signature', async () => {
    await using pair = await bucketAndStage(server);
    await pair.put('a.csv', 'a');
    const wrong = await pair.sync([], { env: { AWS_SECRET_ACCESS_KEY: SECRET } });
    expectRefusal(wrong, 5, 'source_unauthorised', /credentials are not accepted/);
    expect(wrong.stdout + wrong.stderr).not.toContain(SECRET);
    const unknown = await pair.sync([], { env: { AWS_ACCESS_KEY_ID: 'NOSUCHKEY' } });
    expectRefusal(unknown, 5, 'source_unauthorised', /credentials are not accepted/);
    expectRefusal(await pair.sync(['--no-sign-request']), 5, 'source_denied', /access is denied/);
  });
});

test('a server that refuses connections: one line, status 5', async () => {
  await using refusing = await refusingPort();
  const { port } = refusing;
  await using cli = await cliSandbox({ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: SECRET });
  const endpoint = ['--endpoint-url', `http://127.0.0.1:${port}`];
  const run = await cli.run(['sync', 's3://bucket/p', 'stage://local/x', '--json', ...endpoint]);
  expectRefusal(run, 5, 'source_unreachable', new RegExp(`127\\.0\\.0\\.1:${port}.*ECONNREFUSED`));
});

test('an https: endpoint at a server of plain HTTP: one line, status 5', async () => {
  const server = createHttpServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await using cli = await cliSandbox({ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: SECRET });
    const endpoint = ['--endpoint-url', `https://127.0.0.1:${port}`];
    const run = await cli.run(['sync', 's3://bucket/p', 'stage://local/x', '--json', ...endpoint]);
    expectRefusal(run, 5, 'source_unreachable', /does not speak https at this port; .* http:\/\//);
  } finally {
    server.close();
  }
});

test('no credentials anywhere: one line that names the ways out, status 5', async () => {
  await using cli = await cliSandbox({ AWS_EC2_METADATA_DISABLED: 'true' });
  const endpoint = ['--endpoint-url', 'http://127.0.0.1:9'];
  const run = await cli.run(['sync', 's3://bucket/p', 'stage://local/x', '--json', ...endpoint]);
  expectRefusal(run, 5, 'source_unauthorised', /AWS_ACCESS_KEY_ID.*--profile.*--no-sign-request/);
});

test.each([
  [['s3://'], [], /no valid bucket name/],
  [['s3://_/p'], [], /no valid bucket name/],
  [['s3://bucket'], ['--endpoint-url', 'localhost'], /endpoint URL is not valid/],
  [['s3://bucket'], ['--follow-symlinks'], /a bucket has no links/],
  [['s3://bucket'], ['--request-payer=me'], /--request-payer/],
  [['data'], ['--endpoint-url', 'http://127.0.0.1:9'], /--endpoint-url is for an s3:\/\/ source/],
  [['data'], ['--no-sign-request'], /--no-sign-request is for an s3:\/\/ source/],
])('%j with %j: one line, status 2', async (source, flags, message) => {
  await using cli = await cliSandbox({ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: SECRET });
  const run = await cli.run(['sync', ...source, 'stage://local/x', '--json', ...flags]);
  expectRefusal(run, 2, 'usage', message);
});

test('the AWS SDK is loaded for a bucket, and not for a directory although the AWS variables are set', async () => {
  const list = 'imports.txt';
  const env = {
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    TRACE_IMPORTS: list,
  };
  await using cli = await cliSandbox(env);
  await mkdir(join(cli.folder, 'data'));
  await writeFile(join(cli.folder, 'data', 'a'), 'a');
  const aws = async (source: string): Promise<boolean> => {
    await cli.run(['sync', source, 'stage://local/x', '--dry-run'], { nodeOptions: ['--import', TRACE] });
    const loaded = await readFile(join(cli.folder, list), 'utf8');
    expect(loaded).toContain('src/cli/commands/sync/run-sync.ts');
    return /node_modules\/@(aws-sdk|smithy)\//.test(loaded);
  };
  expect(await aws('data')).toBe(false);
  expect(await aws('s3://bucket/p')).toBe(true);
});

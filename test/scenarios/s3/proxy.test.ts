import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketAndStage, digests } from '../../support/s3/bucket-and-stage.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { BEHIND_PROXY, canMakeCertificates, startConnectProxy } from '../../support/network/connect-proxy.ts';
import { startFakeS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startFakeS3();
});
afterAll(async () => {
  await server.close();
});

const OBJECTS = { 'a.csv': 'a', 'sub/b.csv': 'b'.repeat(300_000) };

/** A bucket at an address that only a proxy leads to, and a Stage on this machine. */
async function bucketBehindProxy() {
  const pair = await bucketAndStage(server);
  for (const [path, body] of Object.entries(OBJECTS)) await pair.put(path, body);
  const proxy = await startConnectProxy(pair.bucket.url);
  const sync = (scheme: 'https' | 'http', env: Readonly<Record<string, string>>): Promise<CliResult> =>
    pair.sync(['--endpoint-url', `${scheme}://${BEHIND_PROXY}`], {
      env: { NODE_EXTRA_CA_CERTS: proxy.certificateFile, ...env },
    });
  return {
    pair,
    proxy,
    sync,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await pair[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!canMakeCertificates())('a bucket behind a proxy', () => {
  test.each([
    ['https', 'HTTPS_PROXY', `${BEHIND_PROXY}:443`],
    ['http', 'http_proxy', `http://${BEHIND_PROXY}`],
  ] as const)('is reached at an %s: endpoint through %s', async (scheme, variable, asked) => {
    await using it = await bucketBehindProxy();
    const { pair, proxy, sync } = it;
    const run = await sync(scheme, { [variable]: proxy.url });
    expect(run).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 2 } });
    expect(await pair.files()).toEqual(digests(OBJECTS));
    expect(pair.reads().toSorted()).toEqual(Object.keys(OBJECTS));
    expect(new Set(proxy.asked)).toEqual(new Set([asked]));
  });

  test('is not looked for through it when NO_PROXY or this machine is the way', async () => {
    await using it = await bucketBehindProxy();
    const { pair, proxy, sync } = it;
    const past = await sync('https', { HTTPS_PROXY: proxy.url, NO_PROXY: BEHIND_PROXY });
    expect(past).toMatchObject({ status: 5, report: { error: { code: 'source_unreachable' } } });
    const here = await pair.sync([], { env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });
    expect(here).toMatchObject({ status: 0, report: { uploaded: 2 } });
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    ['https', 'HTTPS_PROXY'],
    ['http', 'HTTP_PROXY'],
  ] as const)(
    'is not reached at an %s: endpoint with a wrong password, which nothing shows',
    async (scheme, variable) => {
      await using it = await bucketBehindProxy();
      const { proxy, sync } = it;
      const wrong = await sync(scheme, {
        [variable]: proxy.url.replace('5ec2e7', '5ec2e7-0'),
        STAGESYNC_DEBUG: '1',
      });
      expect(wrong).toMatchObject({ status: 5, report: { error: { code: 'source_unreachable' } } });
      expect(wrong.report.error?.message).toMatch(/^cannot list s3:.*the proxy.*user and password.*\(407\)/);
      // that is not tried again
      expect(proxy.asked.length).toBeLessThanOrEqual(2);
      expect(wrong.stdout + wrong.stderr).not.toContain('5ec2e7');
    },
  );

  test('is one clear line when the variable holds no proxy', async () => {
    await using it = await bucketBehindProxy();
    const socks = await it.sync('https', { HTTPS_PROXY: 'socks5://me:5ec2e7@127.0.0.1:1' });
    expect(socks).toMatchObject({ status: 2, report: { error: { code: 'config' } } });
    expect(socks.report.error?.message).toContain('The proxy in HTTPS_PROXY must begin with http://');
    expect(socks.stdout + socks.stderr).not.toContain('5ec2e7');
  });
});

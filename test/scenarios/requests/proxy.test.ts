import { describe, expect, test } from 'vitest';
import type { CliResult } from '../../support/cli/cli.ts';
import { BEHIND_PROXY, canMakeCertificates, startConnectProxy } from '../../support/network/connect-proxy.ts';
import { refusingPort } from '../../support/network/refusing-port.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** A Stage at an https: address that only a proxy leads to, and a command line that does not know the way yet. */
async function behindProxy() {
  // the name that the proxy leads to is one of the emulator's own
  const stage = await servedStage({ allowedHosts: [BEHIND_PROXY] });
  const proxy = await startConnectProxy(stage.emulator.url);
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a', 'data/sub/b.csv': 'b'.repeat(300_000) });
  const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<CliResult> =>
    stage.cli.run(args, {
      env: {
        SINGLESTOREDB_MANAGEMENT_BASE_URL: `https://${BEHIND_PROXY}`,
        NODE_EXTRA_CA_CERTS: proxy.certificateFile,
        ...env,
      },
    });
  return {
    stage,
    proxy,
    run,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!canMakeCertificates())('HTTPS_PROXY', () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])('leads to the Stage API: %s', async (variable) => {
    await using it = await behindProxy();
    const { stage, proxy, run } = it;
    const synced = await run(['sync', 'data', stage.address, '--json'], { [variable]: proxy.url });
    expect(synced).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 2 } });
    expect(new Set(proxy.asked)).toEqual(new Set([`${BEHIND_PROXY}:443`]));
    expect(Object.keys(await stage.snapshot()).toSorted()).toEqual(['a.csv', 'sub/', 'sub/b.csv']);
    // the download comes from this machine by a redirect, and that is reached without the proxy
    const read = await run(['cat', `${stage.address}/a.csv`], { [variable]: proxy.url });
    expect(read).toMatchObject({ status: 0, stdout: 'a' });
    expect(new Set(proxy.asked)).toEqual(new Set([`${BEHIND_PROXY}:443`]));
  });

  test('is HTTP_PROXY for an http: address, to which the proxy hands requests on', async () => {
    await using it = await behindProxy();
    const { stage, proxy, run } = it;
    const plain = { SINGLESTOREDB_MANAGEMENT_BASE_URL: `http://${BEHIND_PROXY}`, HTTP_PROXY: proxy.url };
    const synced = await run(['sync', 'data', stage.address, '--allow-insecure', '--json'], plain);
    expect(synced).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 2 } });
    expect(new Set(proxy.asked)).toEqual(new Set([`http://${BEHIND_PROXY}`]));
    const wrong = { ...plain, HTTP_PROXY: proxy.url.replace('5ec2e7', '5ec2e7-0') };
    const refused = await run(['ls', stage.address, '--allow-insecure'], wrong);
    expect(refused.status).toBe(5);
    expect(refused.stderr).toMatch(/^stagesync: [^\n]*does not accept the user and password[^\n]*\n$/);
    expect(refused.stdout + refused.stderr).not.toContain('5ec2e7');
  });

  test('is not asked for what NO_PROXY names, nor for this machine', async () => {
    await using it = await behindProxy();
    const { stage, proxy, run } = it;
    const list = ['ls', stage.address];
    // without the proxy there is no way: the name is known to nobody
    const past = await run(list, { HTTPS_PROXY: proxy.url, NO_PROXY: `other.test,${BEHIND_PROXY}` });
    expect(past.status).toBe(5);
    const here = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    const own = { ...here, SINGLESTOREDB_MANAGEMENT_BASE_URL: stage.emulator.url };
    expect((await run(['sync', 'data', stage.address], own)).status).toBe(0);
    expect((await run(['sync', 'data', 'stage://local/x'], here)).status).toBe(0);
    expect(proxy.asked).toEqual([]);
  });

  test('that wants another password, or is no URL, is one line with no password in it', async () => {
    await using it = await behindProxy();
    const { stage, proxy, run } = it;
    const wrong = await run(['ls', stage.address], { HTTPS_PROXY: proxy.url.replace('5ec2e7', '5ec2e7-0') });
    expect(wrong.status).toBe(5);
    expect(wrong.stderr).toMatch(/^stagesync: [^\n]*407[^\n]*\n$/);
    const socks = await run(['ls', stage.address], { HTTPS_PROXY: `socks5://me:5ec2e7@127.0.0.1:1` });
    expect(socks.status).toBe(2);
    expect(socks.stderr).toMatch(/^stagesync: The proxy in HTTPS_PROXY must begin with http:[^\n]*\n$/);
    for (const said of [wrong, socks]) expect(said.stdout + said.stderr).not.toContain('5ec2e7');
  });
});

test('a proxy that nobody serves makes the Stage unreachable', async () => {
  await using stage = await servedStage();
  await using refusing = await refusingPort();
  const { port } = refusing;
  const run = await stage.cli.run(['ls', stage.address], {
    env: {
      SINGLESTOREDB_MANAGEMENT_BASE_URL: 'https://stage.test',
      HTTPS_PROXY: `127.0.0.1:${port}`,
    },
  });
  expect(run.status).toBe(5);
  expect(run.stderr).toContain(`the proxy 127.0.0.1:${port} cannot be reached (ECONNREFUSED)`);
});

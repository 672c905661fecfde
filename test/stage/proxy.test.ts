import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { openProxied, type ProxySettings } from '../../src/stage/proxy.ts';

const open = (base: string, settings: ProxySettings | undefined) =>
  openProxied(new URL(base), settings, { connections: 2 }, 1000);

test.each<[string, string, ProxySettings | undefined]>([
  ['nothing is set', 'https://stage.test', undefined],
  ['only one for http: is set', 'https://stage.test', { http: 'http://proxy.test:3128' }],
  ['only one for https: is set', 'http://stage.test', { https: 'http://proxy.test:3128' }],
  ['the Stage is on this machine', 'http://127.9.9.9:80', { http: 'http://proxy.test:3128' }],
  ['the Stage is on this machine, over TLS', 'https://localhost', { https: 'http://proxy.test:3128' }],
])('there is no proxy when %s', async (_, base, settings) => {
  expect(await open(base, settings)).toBeUndefined();
});

test.each(['http://proxy.test:3128', 'https://me:5ec2e7@proxy.test', 'proxy.test:3128', '127.0.0.1:1'])(
  'a proxy can be given as %s',
  async (https) => {
    const proxied = await open('https://stage.test', { https });
    expect(proxied).toBeDefined();
    await proxied?.destroy();
  },
);

test.each(['socks5://me:5ec2e7@proxy.test', 'me:5ec2e7@', 'http://', 'file:///5ec2e7', 'http://:5ec2e7'])(
  'what is no proxy is refused and not shown: %s',
  async (https) => {
    const error = await open('https://stage.test', { https }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config', verdict: 'end_run' });
    expect(inspect(error)).toContain('HTTPS_PROXY');
    expect(inspect(error)).not.toContain('5ec2e7');
  },
);

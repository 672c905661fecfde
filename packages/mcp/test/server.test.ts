import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createServer as createMcpServer } from '../src/server.ts';
import { commandLine, TOOLS } from '../src/tools.ts';

const STAGESYNC = join(import.meta.dirname, '../../../bin/stagesync.js');
const SECRET = 'a-token-that-nobody-may-see';
const top = mkdtempSync(join(tmpdir(), 'stagesync-mcp-'));
const data = join(top, 'data');
afterAll(() => {
  api.close();
  rmSync(top, { recursive: true, force: true });
});

/** A Management API that refuses everybody, and says whom in every way it can. */
const api = createServer((request, response) => {
  response.writeHead(401, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: `not for ${request.headers.authorization}` }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', resolve));
  mkdirSync(data);
  writeFileSync(join(data, 'a.csv'), 'a\n');
  writeFileSync(join(data, 'b.csv'), 'b\n');
  Object.assign(process.env, {
    HOME: join(top, 'home'),
    XDG_STATE_HOME: join(top, 'state'),
    XDG_DATA_HOME: join(top, 'data-home'),
    SINGLESTOREDB_MANAGEMENT_TOKEN: SECRET,
    SINGLESTOREDB_MANAGEMENT_BASE_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
  });
});

/** The SDK's own client, connected to a server in this process that runs the real command line. */
async function connected({
  readOnly = false,
  program = { file: process.execPath, before: [STAGESYNC] },
} = {}) {
  const client = new Client({ name: 'test', version: '1' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  const server = createMcpServer({ program, version: '1', readOnly });
  await Promise.all([server.connect(there), client.connect(here)]);
  onTestFinished(() => client.close());
  const call = async (name: string, args: Record<string, unknown>, options = {}) => {
    const { isError, content } = await client.callTool({ name, arguments: args }, undefined, options);
    const [first] = content as readonly { readonly text: string }[];
    return { isError: isError === true, text: first?.text ?? '' };
  };
  return { client, call };
}

test('a sync is a dry run unless it is told to apply; then the places are equal', async () => {
  const { call } = await connected();
  const pair = { source: data, destination: 'stage://local/applied' };
  for (const [name, args] of [
    ['plan', pair],
    ['sync', pair],
    ['sync', { ...pair, apply: false }],
  ] as const) {
    const planned = await call(name, args);
    expect(planned.isError).toBe(false);
    expect(planned.text).toContain('"dryRun":true');
    expect(planned.text).toContain('"path":"a.csv"');
    expect((await call('list', { address: 'stage://local/applied' })).isError).toBe(true);
  }
  const done = await call('sync', { ...pair, apply: true });
  expect(done.text).toContain('"uploaded":2');
  expect(await call('check', { a: data, b: 'stage://local/applied', content: true })).toMatchObject({
    isError: false,
  });
  expect((await call('status', { source: data, destination: 'stage://local/applied' })).text).toContain(
    'applied',
  );
  expect((await call('explain', { paths: [join(data, 'a.csv')] })).text).toContain('a.csv');
});

test('places that differ are an answer, not an error', async () => {
  const { call } = await connected();
  mkdirSync(join(top, 'other'));
  const { isError, text } = await call('check', { a: data, b: join(top, 'other') });
  expect(isError).toBe(false);
  expect(text).toContain('exit status 8');
});

test('what an agent names is never read as a flag', async () => {
  const { call } = await connected();
  const { isError, text } = await call('list', { address: '--token-file=/etc/passwd' });
  expect(isError).toBe(true);
  expect(text).not.toContain('root:');
  const hostile = '--delete';
  for (const tool of TOOLS) {
    const input = {
      address: hostile,
      source: hostile,
      destination: hostile,
      a: hostile,
      b: hostile,
      paths: [hostile],
    };
    const words = commandLine(tool.words({ ...input, exclude: [hostile], include: [hostile] }));
    const end = words.indexOf('--');
    expect(words.slice(0, end)).not.toContain(hostile);
  }
});

test('what no tool takes is refused, before anything runs', async () => {
  const { client, call } = await connected({ program: { file: '/nowhere', before: [] } });
  const { tools } = await client.listTools();
  for (const { inputSchema } of tools) expect(inputSchema).toMatchObject({ additionalProperties: false });
  const pair = { source: data, destination: 'stage://local/refused', apply: true };
  for (const [name, args, why] of [
    ['sync', { ...pair, dryRun: true }, 'dryRun'],
    ['sync', { ...pair, flags: ['--delete'] }, 'flags'],
    ['list', { address: 'a\0b' }, 'NUL'],
    ['list', { address: '' }, 'address'],
    ['explain', { paths: [] }, 'paths'],
    ['load_status', { address: 'stage://local/x', state: '--all' }, 'state'],
  ] as const) {
    const { isError, text } = await call(name, args);
    expect(isError).toBe(true);
    expect(text).toContain(why);
    expect(text).not.toContain('/nowhere');
  }
});

test('a server that may only read has no tool that changes', async () => {
  const { client } = await connected({ readOnly: true });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'list',
    'plan',
    'check',
    'explain',
    'status',
    'load_status',
  ]);
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
  const { isError } = await client.callTool({
    name: 'sync',
    arguments: { source: data, destination: 'stage://local/x', apply: true },
  });
  expect(isError).toBe(true);
});

test('no tool takes a secret, and no answer shows one', async () => {
  const { client, call } = await connected();
  const { tools } = await client.listTools();
  const inputs = JSON.stringify(tools.map(({ inputSchema }) => Object.keys(inputSchema.properties ?? {})));
  expect(inputs).not.toMatch(/token|password|secret|key|flag/i);
  const answers = [
    await call('list', { address: 'stage://nowhere/x' }),
    await call('load_status', { address: 'stage://nowhere/x' }),
    await call('plan', { source: data, destination: 'stage://nowhere/x' }),
  ];
  for (const { isError, text } of answers) {
    expect(isError).toBe(true);
    expect(text).not.toContain(SECRET);
  }
  expect(answers.some(({ text }) => text.includes('401') || /refused|unauthori[sz]ed/i.test(text))).toBe(
    true,
  );
});

test('a long answer has its first lines, its last one, and how many were left out', async () => {
  const many = join(top, 'many');
  mkdirSync(many);
  for (let at = 0; at < 500; at++) writeFileSync(join(many, `${at}.csv`), '');
  const { call } = await connected();
  const { text } = await call('plan', { source: many, destination: 'stage://local/many' });
  expect(text.length).toBeLessThan(70_000);
  expect(text).toMatch(/\(\d+ more lines\)/);
  expect(text).toContain('"type":"report"');
});

test('a call that is given up ends its command as Ctrl-C does', async () => {
  // a command that ends at SIGINT alone, and says so in a file
  const script = join(top, 'waits.js');
  const told = join(top, 'told');
  writeFileSync(
    script,
    `process.on('SIGINT', () => { require('node:fs').writeFileSync(${JSON.stringify(told)}, 'interrupted'); process.exit(130); });
     require('node:fs').writeFileSync(${JSON.stringify(`${told}-ready`)}, ''); setInterval(() => {}, 1000);`,
  );
  const { call } = await connected({ program: { file: process.execPath, before: [script] } });
  const stop = new AbortController();
  const pending = call('list', {}, { signal: stop.signal }).catch(() => 'given up');
  await expect.poll(() => existsSync(`${told}-ready`), { timeout: 20_000 }).toBe(true);
  stop.abort();
  expect(await pending).toBe('given up');
  await expect.poll(() => existsSync(told), { timeout: 20_000 }).toBe(true);
});

test('serves on stdin and stdout, as agents start it', async () => {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(import.meta.dirname, '../bin/stagesync-mcp.js'), '--stagesync', STAGESYNC],
      env: {
        HOME: join(top, 'home'),
        XDG_STATE_HOME: join(top, 'state'),
        XDG_DATA_HOME: join(top, 'data-home'),
      },
    }),
  );
  onTestFinished(() => client.close());
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(TOOLS.length);
  const { content } = await client.callTool({ name: 'list', arguments: { address: data } });
  expect(JSON.stringify(content)).toContain('a.csv');
});

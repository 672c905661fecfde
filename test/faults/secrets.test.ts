import { createServer } from 'node:http';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliSandbox } from '../support/cli/cli.ts';
import { servedStage } from '../support/stage/served-stage.ts';
import { writeTree } from '../support/trees/trees.ts';

const TOKEN = '5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee';
const AWS_SECRET = 'aws5ec2e7aws5ec2e7aws5ec2e7aws5ec2e7';

/** Everything below a folder, as bytes. */
const allBytes = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name))),
  );

test('a server that sends our own headers back, in whatever reply, makes us say no secret', async () => {
  let status = 400;
  let type = 'text/plain';
  const echo = createServer((request, reply) => {
    const said = JSON.stringify(request.headers);
    request.resume().on('end', () => {
      reply.writeHead(status, { 'content-type': type, 'x-echo': 'echo' });
      reply.end(type === 'text/html' ? `<html>${said}</html>` : `refused: ${said}`);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  await using cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: `http://127.0.0.1:${(echo.address() as AddressInfo).port}`,
    SINGLESTOREDB_MANAGEMENT_TOKEN: TOKEN,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: AWS_SECRET,
    STAGESYNC_DEBUG: '1',
  });
  await writeTree(cli.folder, { 'data/a': 'a' });
  const deployment = '2cfea4c8-67f9-5553-8c2f-22457fbc335d';
  const said: string[] = [];
  for (const [nextStatus, nextType] of [
    [400, 'text/plain'],
    [401, 'text/plain'],
    [404, 'text/html'],
    [409, 'text/plain'],
    [418, 'text/plain'],
  ] as const) {
    [status, type] = [nextStatus, nextType];
    for (const command of [
      ['sync', 'data', `stage://${deployment}/t`, '--verbose'],
      ['sync', 'data', `stage://${deployment}/t`, '--json'],
      ['sync', 'data', 'stage://a-name/t'],
    ]) {
      const result = await cli.run(command);
      expect(result.status).not.toBe(0);
      said.push(result.stdout, result.stderr);
    }
  }
  echo.close();
  expect(said.join('')).toMatch(/refused/);
  expect(said.join('')).not.toContain(TOKEN);
  expect(said.join('')).not.toContain(AWS_SECRET);
  const kept = allBytes(join(cli.stateFolder, '..'));
  expect(kept.includes(TOKEN)).toBe(false);
  expect(kept.includes(AWS_SECRET)).toBe(false);
}, 120_000);

test.runIf(process.platform === 'linux')(
  'the process list shows no secret, however it was given',
  async () => {
    let look: () => void = () => undefined;
    await using stage = await servedStage({
      token: TOKEN,
      onRequest: (phase, { kind }) => {
        if (phase === 'received' && kind === 'putFile') look();
      },
    });
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a': 'a', token: `${TOKEN}\n` });
    for (const [args, env] of [
      [['sync', 'data', address], {}],
      [
        ['sync', 'data', `${address}2`, '--token-file', 'token'],
        { SINGLESTOREDB_MANAGEMENT_TOKEN: undefined },
      ],
    ] as const) {
      let shown = '';
      const result = await cli.run(args, {
        env,
        running: ({ pid }) => {
          look = () => {
            shown = ['cmdline', 'comm', 'status']
              .map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8'))
              .join('');
          };
        },
      });
      expect(result.status).toBe(0);
      expect(shown).toContain('sync');
      expect(shown).not.toContain(TOKEN);
    }
  },
);

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const TOKEN = 'c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7';
const AWS_SECRET = 'aws5ec2e7aws5ec2e7aws5ec2e7aws5ec2e7';

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('no token and no AWS secret is in any output, in any state file, or in an error of a server that repeats it', async () => {
  await using stage = await servedStage({ token: TOKEN });
  const { cli, address, emulator } = stage;
  const env = { AWS_SECRET_ACCESS_KEY: AWS_SECRET, AWS_ACCESS_KEY_ID: 'id', STAGESYNC_DEBUG: '1' };
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b', 'token.txt': `${TOKEN}\n` });
  const said: string[] = [];
  const run = async (args: readonly string[], more: Record<string, string | undefined> = {}) => {
    const { stdout, stderr, status } = await cli.run(args, { env: { ...env, ...more } });
    said.push(stdout, stderr);
    return status;
  };
  expect(await run(['sync', 'data', address, '--verbose'])).toBe(0);
  expect(await run(['sync', 'data', address, '--json', '--dry-run'])).toBe(0);
  const fromFile = ['ls', '-R', '--json', address, '--token-file', 'token.txt'];
  expect(await run(fromFile, { SINGLESTOREDB_MANAGEMENT_TOKEN: undefined })).toBe(0);
  expect(await run(['cat', `${address}/a.csv`])).toBe(0);
  expect(await run(['sync', 'data', address, '--base-url', `http://x:${TOKEN}@127.0.0.1:1`])).toBe(2);
  expect(await run(['sync', `s3://x:${AWS_SECRET}@y/z`, address])).not.toBe(0);
  const endpoint = `https://x:${AWS_SECRET}@127.0.0.1:1`;
  for (const args of [
    ['sync', 's3://b/p', address, '--json', '--endpoint-url', endpoint],
    ['plan', 's3://b/p', address, '-o', 'plan.json', `--endpoint-url=${endpoint}`],
    ['watch', 's3://b/p', address, '--sqs-queue', `${endpoint}/1/queue`],
  ])
    expect(await run(args)).toBe(2);
  expect(await run(['sync', 's3://b/p', address], { AWS_ENDPOINT_URL: endpoint })).toBe(2);
  const withPassword = { SINGLESTOREDB_MANAGEMENT_BASE_URL: `http://x:${TOKEN}@127.0.0.1:1` };
  expect(await run(['plan', 'data', address, '-o', 'plan.json'], withPassword)).toBe(2);
  expect(readdirSync(cli.folder).sort()).toEqual(['data', 'token.txt']);
  expect(await run(['plan', 'data', address, '-o', 'plan.json'])).toBe(0);
  expect(await run(['apply', 'plan.json'], withPassword)).toBe(2);
  // a file that is no plan is not shown, whatever it holds
  expect(await run(['apply', 'token.txt'])).toBe(2);
  expect(await run(['apply', 'token.txt', '--json'])).toBe(2);
  await writeTree(cli.folder, { 'data/a.csv': 'changed' });
  emulator.behaviour.set({ putOverExisting: 500 });
  await run(['sync', 'data', address, '--verbose', '--json']);
  await emulator.close();
  await run(['ls', address]);

  expect(said.join('')).not.toContain(TOKEN);
  expect(said.join('')).not.toContain(AWS_SECRET);
  const state = filesBelow(cli.stateFolder);
  expect(state.length).toBeGreaterThan(0);
  for (const file of state) {
    const content = readFileSync(file);
    expect(content.includes(TOKEN), file).toBe(false);
    expect(content.includes(AWS_SECRET), file).toBe(false);
  }
});

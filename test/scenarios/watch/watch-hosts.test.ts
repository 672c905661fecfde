import { expect, test } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';
import { startDaemon } from '../../support/cli/daemon.ts';
import { rawRequest } from '../../support/network/raw-request.ts';
import { writeTree } from '../../support/trees/trees.ts';

test('a watch shows itself under another name only when it is allowed', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  await using daemon = await startDaemon(cli, ['data', 'stage://local/x', '--allowed-host', 'watch']);
  for (const [host, status] of [
    ['watch:9465', 200],
    ['localhost', 200],
    ['evil.example', 403],
  ] as const)
    expect((await rawRequest(daemon.url, ['GET /status HTTP/1.1', `Host: ${host}`])).status).toBe(status);
});

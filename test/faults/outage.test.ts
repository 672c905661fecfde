import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cliSandbox } from '../support/cli/cli.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const startEmulator = useEmulators();

/** Longer than the requests that have not been tried yet would last, if each failed at once. */
const OUTAGE_MS = 3_000;

/** Hands connections on to `target`. Once `bytes` have passed, nothing answers at its port for `OUTAGE_MS`. */
async function throughOutage(target: URL, bytes: number): Promise<{ url: string; outages: number }> {
  const open = new Set<Socket>();
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
  };
  const line = { url: '', outages: 0 };
  let passed = 0;
  let server: Server;
  const listen = async (port: number): Promise<number> => {
    server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      track(near);
      track(far);
      near.pipe(far).pipe(near);
      near.on('data', (chunk) => {
        passed += chunk.byteLength;
        if (passed >= bytes && line.outages === 0) void fail();
      });
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const fail = async (): Promise<void> => {
    line.outages++;
    server.close();
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    await listen(port);
  };
  const port = await listen(0);
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  line.url = `http://127.0.0.1:${port}`;
  return line;
}

test('a Stage that cannot be reached for some seconds ends no run, however many files are still to come', async () => {
  const emulator = await startEmulator();
  const line = await throughOutage(new URL(emulator.url), 200_000);
  await using box = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
    SINGLESTOREDB_MANAGEMENT_BASE_URL: line.url,
  });
  const files = 1_000;
  await mkdir(join(box.folder, 'data'));
  for (let file = 0; file < files; file++)
    await writeFile(join(box.folder, 'data', `f${file}.csv`), `content of ${file}`.repeat(20));
  const run = await box.run(['sync', 'data', `stage://${emulator.deployments[0]!.id}/in`, '--json']);
  expect(line.outages).toBe(1);
  expect(run).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: files, failed: 0 } });
}, 60_000);

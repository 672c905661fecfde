import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server of this machine, that ends with the test. */
export interface Way {
  readonly port: number;
  /** Connections that are open stay so, and nothing passes them any more; new ones work. */
  silence(): void;
  /** New connections lead to this port. */
  leadTo(port: number): void;
}

export async function openWay(to: number): Promise<Way> {
  let target = to;
  const open = new Set<{ readonly ends: readonly [Socket, Socket]; isSilent: boolean }>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const connection = { ends: [near, far] as const, isSilent: false };
    open.add(connection);
    const carry = (from: Socket, into: Socket): void => {
      from.on('data', (bytes) => void (connection.isSilent || into.write(bytes)));
      from.on('error', () => undefined);
      from.on('close', () => void (connection.isSilent || into.destroy()));
    };
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const { ends } of open) for (const each of ends) each.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      for (const connection of open) connection.isSilent = true;
    },
    leadTo(port) {
      target = port;
    },
  };
}

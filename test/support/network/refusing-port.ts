import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/**
 * A port of 127.0.0.1 where every connection is refused, until it is disposed of. A client's end of a connection has it, so that no
 * server of another test can get it in the meantime, as it could a port that was closed.
 */
export async function refusingPort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  await accepted;
  return {
    port: client.localPort!,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

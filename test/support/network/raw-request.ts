import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends these lines as they are to an HTTP server, on a connection of its own, and gives its status and body. */
export async function rawRequest(
  url: string,
  lines: readonly string[],
): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname.replaceAll(/^\[|\]$/g, ''));
  await once(socket, 'connect');
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  const reply = await text(socket);
  return { status: Number(reply.split(' ', 2)[1]), body: reply.slice(reply.indexOf('\r\n\r\n') + 4) };
}

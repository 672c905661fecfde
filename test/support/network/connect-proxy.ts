import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { temporaryFolder } from '../trees/temporary-folder.ts';

/** The host that only the proxy knows the way to; without a dot, before which an S3 server would look for a bucket. */
export const BEHIND_PROXY = 'behind-proxy';

export interface ConnectProxy extends AsyncDisposable {
  /** Of the proxy, with the user and the password that it wants. */
  readonly url: string;
  readonly password: string;
  /** What was asked of it: 'behind-proxy:443' for a tunnel, 'http://behind-proxy' for a request that it is to hand on. */
  readonly asked: string[];
  /** The certificate that `https://behind-proxy` shows: for NODE_EXTRA_CA_CERTS. */
  readonly certificateFile: string;
}

/** Whether this machine can make the certificate. */
export function canMakeCertificates(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * A proxy that opens tunnels to `https://behind-proxy`, which is the server at `target`, hands on requests to
 * `http://behind-proxy`, which is the same, and leads to nothing else.
 */
export async function startConnectProxy(target: string): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy());
  };
  const { certificateFile, key, cert } = await makeCertificate(BEHIND_PROXY);
  const { hostname, port } = new URL(target);
  const stage = createTlsServer({ key, cert }, (plain) => {
    keep(plain);
    plain.pipe(keep(connect(Number(port), hostname))).pipe(plain);
  });
  const asked: string[] = [];
  const password = 'proxy-5ec2e7';
  const wanted = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
  const refusal = ({ headers }: IncomingMessage, isKnown: boolean): string | undefined => {
    if (headers['proxy-authorization'] !== wanted) return '407 Proxy Authentication Required';
    return isKnown ? undefined : '502 Bad Gateway';
  };
  const proxy = createServer((request, response) => {
    const url = URL.parse(request.url ?? '');
    asked.push(url?.origin ?? '');
    const refused = refusal(request, url?.origin === `http://${BEHIND_PROXY}`);
    if (refused === undefined) handOn(request, response, new URL(url!.pathname + url!.search, target));
    else response.writeHead(Number.parseInt(refused)).end();
  });
  proxy.on('connection', keep);
  proxy.on('connect', (request, client: Socket, head: Buffer) => {
    asked.push(request.url ?? '');
    const refused = refusal(request, request.url === `${BEHIND_PROXY}:443`);
    if (refused !== undefined) {
      client.end(`HTTP/1.1 ${refused}\r\n\r\n`);
      return;
    }
    const through = keep(connect((stage.address() as AddressInfo).port, '127.0.0.1'));
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    through.write(head);
    client.pipe(through).pipe(client);
  });
  for (const server of [stage, proxy])
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://me:${password}@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    password,
    asked,
    certificateFile,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      for (const server of [stage, proxy]) await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** With the Host header as it came: a signature holds for it. */
function handOn(request: IncomingMessage, response: ServerResponse, to: URL): void {
  const { 'proxy-authorization': _, ...headers } = request.headers;
  const onward = send(to, { method: request.method, headers });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** A certificate for one host, which nobody signed but itself. */
export async function makeCertificate(
  host: string,
): Promise<{ certificateFile: string; key: Buffer; cert: Buffer }> {
  const folder = await temporaryFolder();
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  execFileSync('openssl', ['req', '-x509', ...curve, ...names, '-keyout', keyFile, '-out', certificateFile], {
    stdio: 'ignore',
  });
  return { certificateFile, key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
}

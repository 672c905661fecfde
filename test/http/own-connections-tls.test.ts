import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { OwnConnections } from '../../src/http/own-connections.ts';
import { canMakeCertificates, makeCertificate } from '../support/network/connect-proxy.ts';

const LIMITS = { connectMs: 10_000, headersMs: 10_000, idleMs: 10_000 };
const SIZE = 8 * 1024 * 1024 + 7;

describe.skipIf(!canMakeCertificates())('a large body over TLS', () => {
  const trusted = getCACertificates();
  const content = Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => at * 31 + Math.floor(at / 251)));
  afterAll(() => setDefaultCACertificates(trusted));

  async function fetchFrom(host: string, certificate: TlsOptions): Promise<string> {
    const server = createServer(certificate, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${SIZE}\r\n\r\n`);
        socket.end(content);
      });
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connections = new OwnConnections(LIMITS);
    try {
      const url = new URL(`https://${host}:${port}/`);
      const answer = await connections.get({
        url,
        headers: [],
        signal: undefined,
        watch: undefined,
        onStart: undefined,
      });
      const digest = createHash('sha256');
      for await (const chunk of answer!.body) {
        digest.update(chunk);
        answer!.body.recycle?.(chunk);
      }
      return digest.digest('hex');
    } finally {
      connections.close();
      await new Promise((resolve) => void server.close(resolve));
    }
  }

  test('comes only from a server whose certificate is known, and is for its name', async () => {
    const certificate = await makeCertificate('localhost');
    await expect(fetchFrom('localhost', certificate)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    setDefaultCACertificates([...trusted, certificate.cert.toString()]);
    expect(await fetchFrom('localhost', certificate)).toBe(
      createHash('sha256').update(content).digest('hex'),
    );
    await expect(fetchFrom('127.0.0.1', certificate)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });
});

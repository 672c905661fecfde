import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { PageFile } from '../../../src/daemon/http/built-page.ts';
import { servePage, type PageOptions } from '../../../src/daemon/http/page-server.ts';
import { ImitatedDaemon, jobView } from '../../support/page/imitated-daemon.ts';
import { imitatedPorts, type Imitated } from '../../support/page/imitated-ports.ts';

const INDEX: PageFile = {
  type: 'text/html; charset=utf-8',
  plain: Buffer.from('<!doctype html>the page'),
  gzip: gzipSync('<!doctype html>the page'),
  lasting: false,
};

/** A served page of an imitated daemon with the jobs `a` and `b`; closed when the test is over. */
export async function openPage({
  imitated,
  ...options
}: Partial<PageOptions> & { imitated?: Imitated } = {}) {
  const control = new ImitatedDaemon([jobView('a'), jobView('b')]);
  const ports = imitatedPorts(control, imitated);
  const server = await servePage({ host: '127.0.0.1', port: 0 }, ports, {
    openMetrics: true,
    files: new Map([['/', INDEX]]),
    ...options,
  });
  onTestFinished(() => server.close());
  const { url } = server;
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}/${path}`, { redirect: 'manual', ...init });
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    control,
    server,
    ask,
    post,
    code: (): string => server.loginLink().split('#login=')[1]!,
    /** The header by which requests belong to a new session. */
    signIn: async (): Promise<{ cookie: string }> => {
      const reply = await post('api/session', { code: server.loginLink().split('#login=')[1]! });
      return { cookie: reply.headers.get('set-cookie')!.split(';')[0]! };
    },
  };
}

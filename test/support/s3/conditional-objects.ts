import { createHash } from 'node:crypto';
import { startLoopbackServer, type LoopbackServer, type SeenRequest } from '../network/loopback-server.ts';

interface Kept {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A server of one bucket that has GET, HEAD and PUT with conditions, which the fake S3 of other tests does not honour. */
export interface ConditionalObjects extends AsyncDisposable {
  readonly url: string;
  readonly objects: Map<string, Kept>;
  readonly server: LoopbackServer;
  /** Asked for each request; `lost`: it is carried out, and its reply is lost. A number is a status to answer with. */
  fault: (request: SeenRequest) => 'lost' | number | undefined;
  /** As a server that knows no conditions. */
  ignoresConditions: boolean;
  /** As Ceph: an ETag in a condition has no quotes. */
  wantsNoQuotes: boolean;
}

const error = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

function keptOf({ body, headers }: SeenRequest, count: number): Kept {
  const hash = createHash('md5').update(body).update(String(count));
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return {
    bytes: body,
    etag: `"${hash.digest('hex')}"`,
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name, String(value)])),
  };
}

export async function startConditionalObjects(): Promise<ConditionalObjects> {
  const objects = new Map<string, Kept>();
  let count = 0;
  const server = await startLoopbackServer((request, response) => {
    const refuse = (status: number, code: string): void => void response.writeHead(status).end(error(code));
    const fault = it.fault(request);
    const key = decodeURIComponent(new URL(request.url, 'http://s').pathname);
    const found = objects.get(key);
    const { 'if-match': match, 'if-none-match': none } = request.headers;
    const known = it.wantsNoQuotes ? found?.etag.replaceAll('"', '') : found?.etag;
    const minds = request.method === 'PUT' && !it.ignoresConditions;
    if (typeof fault === 'number') refuse(fault, 'InternalError');
    else if (found === undefined && (request.method !== 'PUT' || (minds && match !== undefined)))
      refuse(404, 'NoSuchKey');
    else if (minds && ((match !== undefined && match !== known) || (none === '*' && found !== undefined)))
      refuse(412, 'PreconditionFailed');
    else if (request.method === 'PUT') {
      const kept = keptOf(request, count++);
      objects.set(key, kept);
      if (fault === 'lost') response.destroy();
      else response.writeHead(200, { etag: kept.etag }).end();
    } else {
      const { bytes, etag, metadata } = found!;
      response.writeHead(200, { etag, 'content-length': bytes.byteLength, ...metadata });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    }
  });
  const it: ConditionalObjects = {
    url: server.url,
    objects,
    server,
    fault: () => undefined,
    ignoresConditions: false,
    wantsNoQuotes: false,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return it;
}

/** What the AWS SDK needs of its environment to ask such a server. */
export const CONDITIONAL_ENV = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test-5ec2e7',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
} as const;

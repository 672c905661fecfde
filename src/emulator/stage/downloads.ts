import type { FileHandle } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { byteRange } from '../http/byte-range.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import { Refusal } from '../http/refusal.ts';
import { decodeStagePath } from './stage-path.ts';
import type { StagePath } from './stage-path.ts';
import type { Node } from '../storage/tree.ts';
import { notFound } from '../storage/tree.ts';
import type { UrlSigner } from './url-signer.ts';

export interface DownloadContext extends ExchangeContext {
  readonly data: DataFolder;
  readonly signer: UrlSigner;
}

/** The second port: bytes by signed URL, with Range; a request that brings an Authorization header is refused. */
export function registerDownloads(app: FastifyInstance, context: DownloadContext): void {
  app.route({
    method: 'GET',
    url: '/:deployment/*',
    handler: (request, reply) => serve(context, request, reply),
  });
}

function serve(
  context: DownloadContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const [target = '', query] = (request.raw.url ?? '').split('?', 2);
  const [, deployment = ''] = target.split('/', 2);
  const path = decodeStagePath(target.slice(deployment.length + 2));
  const exchange = new Exchange(context, request, reply, { kind: 'content', deployment, path: path.text });
  return exchange.run(async () => {
    if (request.headers.authorization !== undefined)
      throw new Refusal(
        400,
        'InvalidArgument: Only one auth mechanism allowed; remove the Authorization header',
      );
    context.signer.check(deployment, path.text, new URLSearchParams(query));
    await exchange.ready();
    await sendFile(context, exchange, request, reply, deployment, path);
  });
}

async function sendFile(
  context: DownloadContext,
  exchange: Exchange,
  request: FastifyRequest,
  reply: FastifyReply,
  deployment: string,
  path: StagePath,
): Promise<void> {
  const { node, bytes } = await openCurrent(context, deployment, path);
  const { ranges } = context.behaviour.current;
  const range = ranges ? byteRange(request.headers.range, node.size) : undefined;
  if (range === 'unsatisfiable') {
    await closeBytes(bytes);
    throw new Refusal(416, 'InvalidRange', { 'content-range': `bytes */${node.size}` });
  }
  const { start, end } = range ?? { start: 0, end: node.size };
  reply.headers({
    ...(ranges && { 'accept-ranges': 'bytes' }),
    'content-length': end - start,
    'last-modified': new Date(node.modified / 1000).toUTCString(),
    ...(range && { 'content-range': `bytes ${start}-${end - 1}/${node.size}` }),
  });
  await exchange.sendBytes(range ? 206 : 200, bytes, start, end);
}

/** A blob may be replaced between the look at its name and its opening: then the name leads to a new one. */
async function openCurrent(
  context: DownloadContext,
  deployment: string,
  path: StagePath,
): Promise<{ node: Node; bytes: FileHandle | Uint8Array }> {
  for (;;) {
    const root = context.data.deployments.rootOf(deployment, { andSpaces: true });
    const node = root === undefined ? undefined : context.data.tree.find(root, path);
    if (node === undefined || node.folder === 1) throw notFound(path);
    if (node.blob === null) return { node, bytes: context.data.tree.smallBytes(node) };
    try {
      return { node, bytes: await context.data.blobs.open(node.blob) };
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      const now = context.data.tree.find(root!, path);
      if (now?.blob === node.blob) throw error;
    }
  }
}

async function closeBytes(bytes: FileHandle | Uint8Array): Promise<void> {
  if (!(bytes instanceof Uint8Array)) await bytes.close();
}

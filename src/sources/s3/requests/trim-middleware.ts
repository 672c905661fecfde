import type { S3Client } from '@aws-sdk/client-s3';
import type { HttpRequest } from './sdk-http-handler.ts';

/**
 * Middleware that the SDK runs for every request and a read has no use for. This, the SDK's own reading of answers
 * (read-answers.ts) and its signers took half of the processor time of a small read.
 */
export const USELESS: readonly string[] = [
  // For requests with a body.
  'contentLengthMiddleware',
  'addExpectContinueMiddleware',
  // For a bucket in another region: open-bucket.ts learns the region once.
  'regionRedirectMiddleware',
  // For functions that call each other.
  'recursionDetectionMiddleware',
  // For directory buckets, which cannot be a source (address.ts).
  's3ExpressMiddleware',
  'loggerMiddleware',
  // The SDK puts the same long text together for each request; `user-agent` is set below.
  'getUserAgentMiddleware',
];

/** Leaves useless middleware out of the client, and asks for the checksums that S3 keeps. */
export function trimMiddleware(client: S3Client): void {
  for (const name of USELESS) client.middlewareStack.remove(name);
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { headers } = args.request as HttpRequest;
        headers['user-agent'] = 'stagesync';
        if (commandName === 'GetObjectCommand') headers['x-amz-checksum-mode'] = 'ENABLED';
        return next(args);
      },
    { name: 'readHeaders', step: 'build' },
  );
  keepSigners(client);
}

/**
 * The SDK makes a signer for each request, out of a copy of its whole configuration. One for each region and kind of
 * signature does: a signer asks for the credentials, and is told the time, whenever it signs.
 */
function keepSigners({ config }: S3Client): void {
  const make = config.signer;
  const made = new Map<string, ReturnType<typeof make>>();
  config.signer = (scheme) => {
    const kind = JSON.stringify(scheme);
    let signer = made.get(kind);
    if (signer === undefined) {
      signer = make(scheme);
      // Whoever asks next tries again.
      signer.catch(() => made.delete(kind));
      made.set(kind, signer);
    }
    return signer;
  };
}

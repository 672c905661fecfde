import type { S3Client } from '@aws-sdk/client-s3';
import { encode } from './sdk-http-handler.ts';
import type { HttpRequest } from './sdk-http-handler.ts';

/** Stands for any key while a template is made. */
export const TEMPLATE_KEY = 'key';

/** What differs from request to request. */
export interface RequestParts {
  /** For a GetObject. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes signed requests of one kind. Rejects when no credentials can be had. */
export type MakeRequest = (parts: RequestParts) => Promise<HttpRequest>;

/** Of the request that serves as a template these belong to it alone. The version of the SDK stands in user-agent too. */
const NOT_KEPT =
  /^(authorization|x-amz-date|x-amz-content-sha256|x-amz-security-token|x-amz-user-agent|amz-sdk-.*)$/;
/** Credential=KEY/DATE/REGION/s3/aws4_request: plain SigV4 for S3 itself. */
const PLAIN_SCOPE = /^AWS4-HMAC-SHA256 Credential=[^,]*\/\d{8}\/([^/,]+)\/s3\/aws4_request,/;

/**
 * Requests like the one that the SDK made for `TEMPLATE_KEY`, or for a listing: host, path style, access points, region and
 * every header are the SDK's decision. Each is then signed by the SDK's signer, with the credentials that its provider has at
 * that time.
 *
 * Undefined where the SDK sends anything but plain SigV4, as for S3 Express and multi-region access points: such requests
 * have to be left to it.
 */
export async function requestMaker(
  client: S3Client,
  request: HttpRequest,
  signed: boolean,
): Promise<MakeRequest | undefined> {
  if ('x-amz-s3session-token' in request.headers) return undefined;
  const { authorization } = request.headers;
  const region = PLAIN_SCOPE.exec(authorization ?? '')?.[1];
  if (signed ? region === undefined : authorization !== undefined) return undefined;

  const { method, protocol, hostname, port, path, query: always } = request;
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !NOT_KEPT.test(name)),
  );
  const signer = await client.config.signer({
    name: 'sigv4',
    signingName: 's3',
    signingRegion: region ?? (await client.config.region()),
    properties: {},
  });
  const parent = path.slice(0, -TEMPLATE_KEY.length);
  return ({ key, query, headers: more }) =>
    signer.sign(
      {
        method,
        protocol,
        hostname,
        ...(port === undefined ? {} : { port }),
        path: key === undefined ? path : parent + encodeKey(key),
        query: { ...always, ...query },
        headers: { ...headers, ...more },
      },
      {
        // Corrected by the SDK when S3 refuses a request because of its time.
        signingDate: new Date(Date.now() + client.config.systemClockOffset),
        ...(region === undefined ? {} : { signingRegion: region, signingService: 's3' }),
      },
    ) as Promise<HttpRequest>;
}

const encodeKey = (key: string): string => key.split('/').map(encode).join('/');

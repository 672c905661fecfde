import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isLoopback } from '../../http/loopback.ts';
import type { S3Authority } from '../authority.ts';
import type { Environment } from '../environment.ts';
import { configError, unreadableFile } from '../usage-errors.ts';

/** AES-256 has keys of so many bytes. */
const KEY_BYTES = 32;
const VARIABLE = 'STAGESYNC_SSE_C_KEY';

export interface CustomerKeyOptions {
  readonly s3: S3Authority;
  readonly environment: Environment;
  /** Where a relative name of a file begins. */
  readonly folder: string;
}

/**
 * The key with which the writer of a bucket's objects encrypted them (SSE-C), from a file or the environment; secret.
 * Undefined where there is none. Rejects with `config` what is no key, without showing it, and an endpoint to which the key
 * would go in the clear.
 */
export function readCustomerKey({ s3, environment, folder }: CustomerKeyOptions): Uint8Array | undefined {
  const file = s3.customerKeyFile;
  const key = file === undefined ? fromEnvironment(environment) : fromFile(file, folder);
  const endpoint = s3.endpointUrl ?? environment.s3EndpointUrl;
  if (key !== undefined && endpoint !== undefined && goesInTheClear(endpoint))
    throw configError(
      'the key of SSE-C would go in the clear to an http: endpoint on another machine; give an https: endpoint',
    );
  return key;
}

function fromEnvironment({ customerKey }: Environment): Uint8Array | undefined {
  if (customerKey === undefined) return undefined;
  const key = decoded(customerKey);
  if (key === undefined) throw configError(`${VARIABLE} holds no key: it has to be 32 bytes in base64`);
  return key;
}

function fromFile(file: string, folder: string): Uint8Array {
  let content: Buffer;
  try {
    content = readFileSync(resolve(folder, file));
  } catch (error) {
    throw unreadableFile('--sse-c-key-file', file, error);
  }
  const key = content.length === KEY_BYTES ? content : decoded(content.toString('latin1').trim());
  if (key === undefined)
    throw configError(
      `--sse-c-key-file ${file} holds no key: it has to be 32 bytes, as they are or in base64`,
    );
  return key;
}

function decoded(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

const goesInTheClear = (endpoint: string): boolean => {
  if (!URL.canParse(endpoint)) return false;
  const url = new URL(endpoint);
  return url.protocol === 'http:' && !isLoopback(url);
};

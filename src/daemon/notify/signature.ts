import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { configError, unreadableFile } from '../../jobs/usage-errors.ts';

const PREFIX = 'whsec_';
/** Bytes, as Standard Webhooks has them. */
const SHORTEST = 24;
const LONGEST = 64;

const HOW = 'write whsec_ and then 24 to 64 random bytes in base64: echo "whsec_$(openssl rand -base64 32)"';

/**
 * Reads a secret for signatures, `whsec_` and base64. Rejects with `config`, naming the file and never what is in it.
 */
export async function readSecret(file: string): Promise<Buffer> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw unreadableFile('the secret of a webhook,', file, error);
  }
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
  const key =
    encoded !== undefined && /^[A-Za-z0-9+/_-]+=*$/.test(encoded)
      ? Buffer.from(encoded, 'base64')
      : undefined;
  if (key === undefined || key.byteLength < SHORTEST || key.byteLength > LONGEST)
    throw configError(`the file ${file} holds no secret of a webhook; ${HOW}`);
  return key;
}

/**
 * The headers of a signed message, as Standard Webhooks 1.0 has them: HMAC-SHA256 over ID, time and body. The time is that of
 * the attempt, so that a receiver can refuse what is old.
 */
export function signedHeaders(
  key: Buffer | undefined,
  { id, nowMs, body }: { readonly id: string; readonly nowMs: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (key === undefined) return headers;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}

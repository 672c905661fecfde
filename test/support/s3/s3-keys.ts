import type { S3Server } from './s3-bucket.ts';

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'] as const;

/**
 * Puts the keys where the AWS SDK looks first, and runs `open`. They stay: the SDK reads them at the first request. Vitest
 * gives every test file a process of its own.
 */
export async function withKeys<T>(
  keys: Pick<S3Server, 'accessKey' | 'secretKey'>,
  open: () => Promise<T>,
): Promise<T> {
  for (const name of NAMES) delete process.env[name];
  process.env['AWS_ACCESS_KEY_ID'] = keys.accessKey;
  process.env['AWS_SECRET_ACCESS_KEY'] = keys.secretKey;
  return open();
}

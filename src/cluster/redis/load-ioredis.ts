import type { Redis } from 'ioredis';
import { SyncError } from '../../model/errors.ts';

/** The client of Redis is an optional dependency: whoever shares nothing between machines needs none. */
export async function loadIoredis(from: string): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (error) {
    throw withoutPackage(error, { from, names: ['ioredis'] });
  }
}

/** The error for a package that is wanted by `from` and is not installed; any other error is returned as it is. */
export function withoutPackage(
  error: unknown,
  { from, names }: { readonly from: string; readonly names: readonly string[] },
): unknown {
  if ((error as { readonly code?: unknown } | null)?.code !== 'ERR_MODULE_NOT_FOUND') return error;
  return new SyncError(
    'config',
    `${from} needs ${names.length === 1 ? 'a package that is' : 'packages that are'} not installed: run "npm install ${names.join(' ')}" where stagesync is installed (npm install --global, where it is installed so)`,
    { verdict: 'end_run' },
  );
}

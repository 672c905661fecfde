import { createHash } from 'node:crypto';
import { hasFact, isSyncError, messageBeside } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Remote } from '../../../remote/remote.ts';

/** What reading a file back has shown. */
export type ReadBack =
  | { readonly kind: 'equal' }
  | { readonly kind: 'other'; readonly bytes: number }
  | { readonly kind: 'missing' }
  /** It cannot be told; `why` is for people. */
  | { readonly kind: 'unread'; readonly why: string };

/** How often the reading of one file is begun, when it breaks off. */
const ATTEMPTS = 3;

/**
 * Reads a file of the destination, a full path, and compares its bytes with a digest, SHA-256 in hex. Rejects with what ends
 * the run.
 */
export async function readBack(remote: Remote, path: RelPath, digest: string): Promise<ReadBack> {
  for (let attempt = 1; ; attempt++) {
    try {
      const hashing = createHash('sha256');
      let bytes = 0;
      for await (const chunk of await remote.read(path)) {
        hashing.update(chunk);
        bytes += chunk.byteLength;
      }
      return hashing.digest('hex') === digest ? { kind: 'equal' } : { kind: 'other', bytes };
    } catch (error) {
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      if (error.verdict === 'retry' && attempt < ATTEMPTS) continue;
      if (hasFact(error, 'missing')) return { kind: 'missing' };
      return { kind: 'unread', why: messageBeside(path, error) };
    }
  }
}

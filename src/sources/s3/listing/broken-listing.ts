import { SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';

/** A listing that contradicts itself, or a reply that is no listing. No object may count as deleted because of it. */
export const broken = (why: string): SyncError =>
  new SyncError(
    'source_listing_broken',
    `the S3 listing cannot be trusted: ${why}; nothing is compared with it. Run again, and where it stays so, look at the server and at a proxy before it`,
    {
      verdict: 'end_run',
      operation: 'list',
    },
  );

/** A key for such a message. */
export const quoted = (key: string): string => `"${printable(key)}"`;

import { SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';

/** A listing that contradicts itself or is none. Nothing may be taken for deleted on its strength. */
export const broken = (why: string): SyncError =>
  new SyncError('source_listing_broken', `the S3 listing cannot be trusted: ${why}`, {
    verdict: 'end_run',
    operation: 'list',
  });

/** A key for such a message. */
export const quoted = (key: string): string => `"${printable(key)}"`;

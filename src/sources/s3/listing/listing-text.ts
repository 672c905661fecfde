import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import type { SyncError } from '../../../model/errors.ts';
import { broken } from './broken-listing.ts';

/**
 * Throws `source_listing_broken` for the text of a listing that is no well-formed XML or has another root. The SDK reads
 * such text as far as it goes, and what is missing would look deleted. A text that may have been damaged on its way is
 * marked, so that the SDK asks for it again. An `Error` passes: the SDK knows what it means. So do characters that XML
 * cannot hold: a server that does not encode keys writes them as they are, and they hide nothing.
 */
export function checkListingText(bytes: Buffer): void {
  if (!isUtf8(bytes)) throw spoilt('it is not UTF-8');
  let depth = 0;
  let root: string | undefined;
  let problem: string | undefined;
  const parser = new SaxesParser({ position: false });
  parser.on('opentag', ({ name }) => {
    if (depth++ === 0) root = name;
  });
  parser.on('closetag', () => (depth -= 1));
  // Its messages quote names of the text.
  parser.on('error', () => (problem ??= depth > 0 ? 'it ends early or is damaged' : 'it is no XML'));
  parser.write(bytes.toString().replaceAll(NOT_IN_XML, '?')).close();
  if (problem !== undefined) throw spoilt(problem);
  if (root !== 'ListBucketResult' && root !== 'Error')
    throw broken('the answer is not an S3 listing; check --endpoint-url');
}

// eslint-disable-next-line no-control-regex -- naming control characters is the point
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]|&#x?[\da-f]+;/gi;

/** The SDK tries again what has `$retryable`. */
const spoilt = (why: string): SyncError =>
  Object.assign(broken(`the answer is not well-formed XML: ${why}; check --endpoint-url`), {
    $retryable: {},
  });

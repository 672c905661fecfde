import type { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A sum that grows with the bytes, and what S3 says that it has to be. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Whether all bytes given so far are what S3 keeps. Once, at the end. */
  matches(): Promise<boolean>;
  /** The sum that the bytes have; known after that. */
  readonly found: string;
  /** What it is compared with, for people: 'the checksum that S3 keeps'. */
  readonly against: string;
}

/** The algorithms that Node or the SDK's own package can compute, the cheapest first. */
const ALGORITHMS = ['CRC32', 'SHA256', 'SHA1', 'CRC32C', 'CRC64NVME', 'SHA512'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

export interface KeptChecksums {
  /** In base64, as the answer has it. */
  readonly valueOf: (algorithm: Algorithm) => string | undefined;
  /** 'FULL_OBJECT' or 'COMPOSITE', when the answer tells. */
  readonly type: string | undefined;
  /** The MD5 in hex, where the object's ETag looks like one. */
  readonly md5: string | undefined;
}

/** The two that Node does not have; `@aws-sdk/checksums/crc`, which comes with the SDK. */
export interface CrcClasses {
  readonly Crc32c: typeof Crc32c;
  readonly Crc64Nvme: typeof Crc64Nvme;
}

interface Sum {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array | Promise<Uint8Array>;
}

/**
 * The first checksum in an answer that is one of the whole object, or else the MD5 that its ETag is. The checksum of
 * an object that was uploaded in parts may be a checksum of checksums (`…-3`), which says nothing of the bytes
 * without knowing the parts.
 */
export function createChecksum(kept: KeptChecksums, classes: CrcClasses): Checksum | undefined {
  for (const algorithm of kept.type === 'COMPOSITE' ? [] : ALGORITHMS) {
    const expected = kept.valueOf(algorithm);
    if (expected === undefined || expected === '' || expected.includes('-')) continue;
    return compared(SUMS[algorithm](classes), Buffer.from(expected, 'base64'), 'the checksum that S3 keeps');
  }
  const sum = kept.md5 === undefined ? undefined : createMd5();
  return sum && compared(sum, Buffer.from(kept.md5!, 'hex'), 'its ETag, which looks like their MD5');
}

function compared(sum: Sum, expected: Buffer, against: string): Checksum {
  let found = '';
  return {
    against,
    get found() {
      return found;
    },
    update: (bytes) => void sum.update(bytes),
    async matches() {
      const digest = Buffer.from(await sum.digest());
      found = digest.toString('hex');
      return digest.equals(expected);
    },
  };
}

/** Undefined where the machine's rules (FIPS) allow no MD5. It costs more than the others, and is asked for last. */
function createMd5(): Sum | undefined {
  try {
    return createHash('md5');
  } catch {
    return undefined;
  }
}

const SUMS: Readonly<Record<Algorithm, (classes: CrcClasses) => Sum>> = {
  CRC32: () => new Crc32(),
  SHA256: () => createHash('sha256'),
  SHA1: () => createHash('sha1'),
  CRC32C: (classes) => new classes.Crc32c(),
  CRC64NVME: (classes) => new classes.Crc64Nvme(),
  SHA512: () => createHash('sha512'),
};

class Crc32 implements Sum {
  #value = 0;

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value);
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}

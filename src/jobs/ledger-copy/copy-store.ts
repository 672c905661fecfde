/** What is put: its bytes can be read as often as it is tried. */
export interface Body {
  /** Bytes. */
  readonly size: number;
  /** From the first byte on, anew each time. */
  open(): AsyncIterable<Uint8Array>;
}

export interface StoredObject {
  /** Equality only: another version is another content. */
  readonly version: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * A place for a few objects that are replaced as wholes, and where of two that replace the same version only one succeeds. Rejects
 * with what a person can do about it.
 */
export interface CopyStore {
  /** For messages: 's3://bucket/prefix/', or a directory. */
  readonly label: string;
  /** Undefined: there is none of that name. */
  get(name: string): Promise<StoredObject | undefined>;
  /**
   * Puts an object in the place of `expected`; undefined: only where there is none. Resolves with its version; with undefined, and
   * without having changed anything, where the place holds another version by now.
   */
  put(name: string, body: Body, expected: string | undefined): Promise<string | undefined>;
  close(): void;
}

export const textBody = (text: string): Body => {
  const bytes = Buffer.from(text);
  return {
    size: bytes.byteLength,
    async *open() {
      yield bytes;
    },
  };
};

/** The text of a small object. Rejects with `tooLong` where it has more than `most` bytes. */
export async function textOf({ body }: StoredObject, most: number, tooLong: () => Error): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > most) throw tooLong();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

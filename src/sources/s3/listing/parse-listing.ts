import type { _Object } from '@aws-sdk/client-s3';
import { SaxesParser } from 'saxes';
import type { Listing } from './list-page.ts';

/**
 * The parts of an answer to ListObjectsV2 that matter, as the SDK reads them, for a fifth of what that costs. Undefined for
 * any text that is no plain listing: then the SDK has to read it, and to say what it is.
 */
export function parseListing(xml: string): Listing | undefined {
  const reader = new ListingReader();
  // Positions serve only messages.
  const parser = new SaxesParser({ position: false });
  parser.on('attribute', () => reader.attribute());
  parser.on('opentag', ({ name }) => reader.open(name));
  parser.on('text', (text) => reader.text(text));
  parser.on('cdata', (text) => reader.text(text));
  parser.on('closetag', () => reader.close());
  parser.on('error', refuse);
  try {
    parser.write(xml).close();
    return reader.listing();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class NotPlain extends Error {}

function refuse(): never {
  throw new NotPlain();
}

type Fields = Map<string, string>;

const WANTED: ReadonlySet<string> = new Set(
  'IsTruncated KeyCount NextContinuationToken EncodingType Prefix Key Size ETag LastModified StorageClass IsRestoreInProgress RestoreExpiryDate'.split(
    ' ',
  ),
);

/** Follows the elements: the root has fields and records, a record has fields, and RestoreStatus in one has fields too. */
class ListingReader {
  /** The elements that are open, outermost first. */
  readonly #open: string[] = [];
  readonly #root: Fields = new Map();
  readonly #contents: _Object[] = [];
  readonly #prefixes: { Prefix?: string }[] = [];
  #record: Fields = new Map();
  #restore: Fields | undefined;
  #text = '';
  /** Whether the element that was opened last is still open. */
  #leaf = false;

  attribute(): void {
    // The root has its namespace.
    if (this.#open.length > 0) refuse();
  }

  open(name: string): void {
    // Text before an element: of what holds both, the SDK may make something else.
    if (this.#leaf && this.#text.trim() !== '') refuse();
    const depth = this.#open.push(name);
    if (depth === 1 && name !== 'ListBucketResult') refuse();
    if (depth === 2 && isRecord(name)) {
      this.#record = new Map();
      this.#restore = undefined;
    } else if (depth === 3 && name === 'RestoreStatus') {
      if (this.#restore !== undefined) refuse();
      this.#restore = new Map();
    }
    this.#leaf = true;
    this.#text = '';
  }

  text(text: string): void {
    if (!this.#leaf && text.trim() !== '') refuse();
    this.#text += text;
  }

  close(): void {
    const name = this.#open.pop()!;
    const leaf = this.#leaf;
    this.#leaf = false;
    const depth = this.#open.length;
    if (depth === 1) {
      if (isRecord(name)) this.#addRecord(name);
      else if (WANTED.has(name)) this.#set(this.#root, name, leaf);
    } else if (WANTED.has(name)) {
      const [, record = '', parent] = this.#open;
      if (depth === 2 && isRecord(record)) this.#set(this.#record, name, leaf);
      else if (depth === 3 && record === 'Contents' && parent === 'RestoreStatus')
        this.#set(this.#restore!, name, leaf);
    }
  }

  listing(): Listing {
    const root = this.#root;
    const encoding = root.get('EncodingType');
    return {
      ...given('IsTruncated', root.get('IsTruncated'), readBoolean),
      ...given('KeyCount', root.get('KeyCount'), readSize),
      ...given('NextContinuationToken', root.get('NextContinuationToken'), readText),
      ...(encoding === undefined ? {} : { EncodingType: encoding === 'url' ? encoding : refuse() }),
      ...(this.#contents.length === 0 ? {} : { Contents: this.#contents }),
      ...(this.#prefixes.length === 0 ? {} : { CommonPrefixes: this.#prefixes }),
    };
  }

  #set(fields: Fields, name: string, leaf: boolean): void {
    // Some take a line break for nothing, others for a part of the text.
    if (!leaf || fields.has(name) || this.#text.includes('\n')) refuse();
    fields.set(name, this.#text);
  }

  #addRecord(name: string): void {
    if (name === 'CommonPrefixes') this.#prefixes.push(given('Prefix', this.#record.get('Prefix'), readText));
    else this.#contents.push(this.#object());
  }

  #object(): _Object {
    const record = this.#record;
    const object: _Object = {};
    const key = record.get('Key');
    const size = record.get('Size');
    const etag = record.get('ETag');
    const modified = record.get('LastModified');
    const storageClass = record.get('StorageClass');
    if (key !== undefined) object.Key = key;
    if (size !== undefined) object.Size = readSize(size);
    if (etag !== undefined) object.ETag = etag;
    if (modified !== undefined) object.LastModified = readTime(modified);
    if (storageClass !== undefined)
      object.StorageClass = storageClass as NonNullable<_Object['StorageClass']>;
    const restore = this.#restore;
    if (restore !== undefined)
      object.RestoreStatus = {
        ...given('IsRestoreInProgress', restore.get('IsRestoreInProgress'), readBoolean),
        ...given('RestoreExpiryDate', restore.get('RestoreExpiryDate'), readTime),
      };
    return object;
  }
}

const isRecord = (name: string): boolean => name === 'Contents' || name === 'CommonPrefixes';

/** `{ [name]: value }`, or nothing where there is no text. */
function given<Name extends string, Value>(
  name: Name,
  text: string | undefined,
  read: (text: string) => Value,
): { [Each in Name]?: Value } {
  return text === undefined ? {} : ({ [name]: read(text) } as { [Each in Name]?: Value });
}

const readText = (text: string): string => text;

const readBoolean = (text: string): boolean => (text === 'true' ? true : text === 'false' ? false : refuse());

const readSize = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : refuse());

function readTime(text: string): Date {
  const time = new Date(text);
  return TIME.test(text) && !Number.isNaN(time.getTime()) ? time : refuse();
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

import type { Headers } from './dispatched-request.ts';

/** The beginning of an answer. */
export interface ResponseHead {
  /** Three digits. */
  readonly status: number;
  /** Names in lower case; a name that came several times has a list. */
  readonly headers: Headers;
  /** Bytes of the body; undefined where its end is not told by exactly one Content-Length: a transfer coding, none, or two of them. */
  readonly contentLength: number | undefined;
}

/** Bytes. A longer head is not read. */
export const MOST_HEAD_BYTES = 16 * 1024;

const VERSION = 'HTTP/1.1 ';
const STATUS_LINE = /^HTTP\/1\.1 ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** Nothing stands between name and colon, and no line goes on with the next: both are read differently by different readers. */
const HEADER = /^([!#$%&'*+\-.^_`|~\w]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/;
const LENGTH = /^\d{1,15}$/;
const HEAD_END = Buffer.from('\r\n\r\n');

/** False when no head that is read here begins with these bytes. */
export const mayBeginHead = (bytes: Buffer): boolean =>
  VERSION.startsWith(bytes.toString('latin1', 0, VERSION.length));

/** Where the head ends that `bytes` begin with, its empty line included; -1 where not all of it is there. */
export function endOfHead(bytes: Buffer): number {
  const at = bytes.indexOf(HEAD_END);
  return at === -1 ? -1 : at + HEAD_END.length;
}

/** Reads a whole head of HTTP/1.1 strictly. Undefined for one that is not valid. */
export function readHead(head: Buffer): ResponseHead | undefined {
  const [statusLine = '', ...lines] = head.toString('latin1').slice(0, -4).split('\r\n');
  const status = Number(STATUS_LINE.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) return undefined;
  const headers = headersOf(lines);
  return headers && { status, headers, contentLength: lengthOf(status, headers) };
}

function lengthOf(status: number, headers: Headers): number | undefined {
  if (status === 204 || status === 304) return 0;
  const { 'content-length': length, 'transfer-encoding': coding } = headers;
  if (coding !== undefined || typeof length !== 'string' || !LENGTH.test(length)) return undefined;
  return Number(length);
}

function headersOf(lines: readonly string[]): Headers | undefined {
  const headers = new Map<string, string | string[]>();
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    if (name === '') return undefined;
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value.trimEnd() : [before, value.trimEnd()].flat());
  }
  return Object.fromEntries(headers);
}

import type { Ranges } from './parquet-file.ts';

/** A file that is looked at to find what is in it. */
export interface SampleFile {
  /** As the user knows it, for messages. */
  readonly name: string;
  /** Bytes, as it was listed. */
  readonly size: number;
  /** Its bytes from the beginning; whoever has enough leaves the iteration. */
  read(): Promise<AsyncIterable<Uint8Array>>;
  readonly ranges: Ranges;
}

/** What more may be read, of all files together. */
export class ReadBudget {
  readonly mostBytes: number;
  readonly mostRows: number;
  bytes = 0;
  rows = 0;

  /** Bytes as they are after decompression. Infinity: all. */
  constructor(most: { readonly bytes: number; readonly rows: number }) {
    this.mostBytes = most.bytes;
    this.mostRows = most.rows;
  }

  get isSpent(): boolean {
    return this.bytes >= this.mostBytes || this.rows >= this.mostRows;
  }
}

/** The object that is to be read, as it was listed. */
export interface WantedObject {
  readonly key: string;
  /** Without its quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
}

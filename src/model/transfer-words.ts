/** What people call the transfers of a sync: from a Stage to a directory nothing is uploaded. */
export interface TransferWords {
  /** '4 uploaded'. */
  readonly done: string;
  /** 'upload  a.csv', and '1 upload'. */
  readonly name: string;
  /** Where the files arrive: 'on Stage'. */
  readonly at: string;
}

export const UPLOADS: TransferWords = {
  done: 'uploaded',
  name: 'upload',
  at: 'on Stage',
};

const DOWNLOADS: TransferWords = {
  done: 'downloaded',
  name: 'download',
  at: 'in the directory',
};

/** Where nothing tells which of the two it was. */
export const COPIES: TransferWords = {
  done: 'copied',
  name: 'copy',
  at: 'at the destination',
};

/** By the destination as events and ledgers have it: stage://DEPLOYMENT/PATH, or the path of a directory. */
export const transferWords = (destination: string): TransferWords =>
  destination.includes('://') ? UPLOADS : DOWNLOADS;

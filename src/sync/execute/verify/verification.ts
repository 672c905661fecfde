import type { FileEntry, Problem } from '../../../model/entry.ts';
import type { DestinationWords } from '../../../model/destination-words.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Clock } from '../../../model/ports.ts';
import type { Lanes } from '../../../remote/gate/lanes.ts';
import type { Remote } from '../../../remote/remote.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readBack } from './read-back.ts';
import type { ReadBack } from './read-back.ts';
import { Sample } from './sample.ts';

export interface VerificationOptions {
  /** Each file that is sent, or so many of them, at random. */
  readonly files: 'all' | number;
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly gate: Lanes;
  readonly clock: Clock;
  /** No more is read back. */
  readonly stopped: () => boolean;
  readonly onEqual: () => void;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
  /** SHA-256 in hex of a file of the source, where none was made while it was sent; undefined where that cannot be told. */
  readonly digestOf: (entry: FileEntry) => Promise<string | undefined>;
}

/** A file that was sent; its path is that of the entry. */
export interface SentFile {
  readonly entry: FileEntry;
  /** SHA-256 in hex of the bytes that were sent; absent where an attempt before the last one had arrived. */
  readonly digest: string | undefined;
}

/**
 * Reads back what a pass has sent, and compares it with the bytes that were sent. All files: each directly after its upload,
 * so that memory does not grow. Some: once the pass has nothing more to send, a sample in which each file that was sent is
 * as likely as any other. A file of which the destination gives other bytes, or none, is a failure, and the ledger does not
 * claim it any more: the next run sends it again.
 */
export class Verification {
  readonly #options: VerificationOptions;
  readonly #sample: Sample<SentFile> | undefined;

  constructor(options: VerificationOptions) {
    this.#options = options;
    const { files, clock } = options;
    if (files !== 'all') this.#sample = new Sample(files, () => clock.random());
  }

  /** A file has its name. `flush` writes down that it was sent. Resolves once it needs no more work for now. */
  async sent(file: SentFile, flush: () => void): Promise<void> {
    if (this.#sample === undefined) await this.#verify(file, flush);
    else this.#sample.add(file.entry.path, file);
  }

  /** Once all is sent and recorded: reads back the sample. */
  async finish(): Promise<void> {
    const waiting = this.#sample?.take() ?? [];
    const work = async (): Promise<void> => {
      for (let file = waiting.pop(); file !== undefined; file = waiting.pop())
        await this.#verify(file, () => undefined);
    };
    const lanes = Math.min(this.#options.gate.lanes, waiting.length);
    await Promise.all(Array.from({ length: lanes }, work));
  }

  async #verify(file: SentFile, flush: () => void): Promise<void> {
    const { remote, stopped, onEqual, onProblem, digestOf } = this.#options;
    const { entry } = file;
    if (stopped()) return;
    const digest = file.digest ?? (await digestOf(entry));
    const end: ReadBack =
      digest === undefined
        ? { kind: 'unread', why: 'the source does not give the bytes that were sent any more' }
        : await readBack(remote, remote.root + entry.path, digest);
    if (end.kind === 'equal') return onEqual();
    flush();
    this.#disclaim(entry);
    onProblem(entry.path, problemOf(end, entry, remote.words));
  }

  /** Keeps the file as ours, of an unknown version, so that the source's file is sent again. */
  #disclaim({ path, version }: FileEntry): void {
    const { ledger } = this.#options;
    ledger.transaction(() => {
      const row = ledger.get(path);
      // meanwhile another version was sent, which is read back by itself
      if (row === undefined || row.version !== version) return;
      ledger.put({ ...row, version: '', identity: undefined, digest: undefined }, 'refuted');
    });
  }
}

function problemOf(
  end: Exclude<ReadBack, { kind: 'equal' }>,
  { size }: FileEntry,
  { name }: DestinationWords,
): Problem {
  const again = 'the next run sends it again';
  const messages = {
    other: () =>
      end.kind === 'other' && end.bytes !== size
        ? `${size} bytes were sent, and ${name} gives back ${end.bytes}; ${again}`
        : `the ${size} bytes that ${name} gives back are not those that were sent; ${again}`,
    missing: () => `it was sent, and ${name} does not have it; ${again}`,
    unread: () => `it could not be read back${end.kind === 'unread' ? `: ${end.why}` : ''}; ${again}`,
  };
  return { code: 'not_verified', severity: 'failure', message: messages[end.kind]() };
}

import type { TrashReport } from '../../../model/events.ts';
import { nameOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { keptUntil } from './trash-names.ts';

export interface TrashSize {
  readonly files: number;
  readonly bytes: number;
}

const KEY = 'trash';

/** A look at the trash of other pairs, and after a lost ledger, in milliseconds. */
const LOOK_EVERY_MS = 86_400_000;

type Periods = Readonly<Record<string, readonly [files: number, bytes: number]>>;

const only = (there: ReadonlySet<string>, periods: Periods): Periods =>
  Object.fromEntries(Object.entries(periods).filter(([name]) => there.has(name)));

interface Kept {
  /** When the trash was last swept, in milliseconds since 1970. */
  readonly sweptMs: number;
  /** By the names of their periods. */
  readonly periods: Periods;
}

/** How much a pair has in the trash, kept in its ledger: some ten numbers, however much that is. */
export class TrashSizes {
  readonly #ledger: Ledger;
  #files = 0;
  #bytes = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Something came into the folder of a period, a full path. */
  add(period: RelPath, { files, bytes }: TrashSize): void {
    this.#files += files;
    this.#bytes += bytes;
    const kept = this.#kept();
    const name = nameOf(period);
    const [beforeFiles, beforeBytes] = kept.periods[name] ?? [0, 0];
    this.#keep({ ...kept, periods: { ...kept.periods, [name]: [beforeFiles + files, beforeBytes + bytes] } });
  }

  /** Whether something of this pair may have expired, or nobody has looked for long. */
  isSweepDue(nowMs: number): boolean {
    const { sweptMs, periods } = this.#kept();
    const hasExpired = Object.keys(periods).some((name) => (keptUntil(name) ?? 0) <= nowMs);
    return hasExpired || Math.abs(nowMs - sweptMs) >= LOOK_EVERY_MS;
  }

  /** The trash was swept, and has these periods: all else is gone, also what a person deleted. */
  swept(nowMs: number, there: ReadonlySet<string>): void {
    this.#keep({ sweptMs: nowMs, periods: only(there, this.#kept().periods) });
  }

  /** A listing shows that the trash has these periods alone. */
  onlyThese(there: ReadonlySet<string>): void {
    const kept = this.#kept();
    const periods = only(there, kept.periods);
    if (Object.keys(periods).length < Object.keys(kept.periods).length) this.#keep({ ...kept, periods });
  }

  get report(): TrashReport {
    const all = Object.values(this.#kept().periods);
    return {
      files: this.#files,
      bytes: this.#bytes,
      heldFiles: all.reduce((sum, [files]) => sum + files, 0),
      heldBytes: all.reduce((sum, [, bytes]) => sum + bytes, 0),
    };
  }

  #kept(): Kept {
    const text = this.#ledger.recall(KEY);
    return text === undefined ? { sweptMs: 0, periods: {} } : (JSON.parse(text) as Kept);
  }

  #keep(kept: Kept): void {
    this.#ledger.remember(KEY, JSON.stringify(kept));
  }
}

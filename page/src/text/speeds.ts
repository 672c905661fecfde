import type { JobView } from '../../../src/daemon/view/daemon-view.ts';

interface Seen {
  readonly atMs: number;
  readonly bytes: number;
  readonly files: number;
}

/** What a run does in a second, and how long the rest takes. */
export interface Speed {
  readonly bytesPerSecond: number;
  readonly filesPerSecond: number;
  /** Milliseconds; undefined while it cannot be told. */
  readonly leftMs: number | undefined;
}

/** A few seconds smooth the steps in which files end. */
const WINDOW_MS = 12_000;
const LEAST_MS = 2000;

/** Remembers what the last seconds of each job's run showed. */
export class Speeds {
  readonly #seen = new Map<string, { run: string; all: Seen[] }>();

  saw({ name, current }: JobView, nowMs: number): void {
    if (current === undefined) {
      this.#seen.delete(name);
      return;
    }
    let kept = this.#seen.get(name);
    if (kept?.run !== current.id) kept = { run: current.id, all: [] };
    const all = kept.all.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    all.push({ atMs: nowMs, bytes: current.sentBytes, files: current.uploaded });
    this.#seen.set(name, { run: current.id, all });
  }

  /** Undefined before there is enough to tell. */
  of({ name, current }: JobView): Speed | undefined {
    const all = this.#seen.get(name)?.all ?? [];
    const [first] = all;
    const last = all.at(-1);
    if (current === undefined || first === undefined || last === undefined) return undefined;
    const seconds = (last.atMs - first.atMs) / 1000;
    if (seconds * 1000 < LEAST_MS) return undefined;
    const bytesPerSecond = Math.max(0, last.bytes - first.bytes) / seconds;
    const filesPerSecond = Math.max(0, last.files - first.files) / seconds;
    return { bytesPerSecond, filesPerSecond, leftMs: leftOf(current, { bytesPerSecond, filesPerSecond }) };
  }
}

/** The longer of what the bytes and the files still take: of small files each takes a request. */
function leftOf(
  { counted, toUploadBytes, sentBytes, toUpload, uploaded, failed }: NonNullable<JobView['current']>,
  { bytesPerSecond, filesPerSecond }: Omit<Speed, 'leftMs'>,
): number | undefined {
  if (!counted) return undefined;
  const ms = (left: number, perSecond: number): number =>
    left <= 0 ? 0 : perSecond <= 0 ? Number.POSITIVE_INFINITY : (left / perSecond) * 1000;
  const byBytes = ms(toUploadBytes - sentBytes, bytesPerSecond);
  const byFiles = ms(toUpload - uploaded - failed, filesPerSecond);
  // between two ends of large files no file ends for long: the bytes tell alone
  const left = Number.isFinite(byFiles) ? Math.max(byBytes, byFiles) : byBytes;
  return Number.isFinite(left) ? left : undefined;
}

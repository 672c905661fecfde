import { createLogUpdate } from 'log-update';
import type { SyncEvent } from '../../model/events.ts';
import type { HostStream } from '../process/host.ts';
import { progressFrame, type ProgressState } from './progress-frame.ts';

const REDRAW_MS = 100;
/** The rate is that of the last ten seconds: steady enough to read, quick enough to show a stall. */
const RATE_WINDOW_MS = 10_000;

/** A live display at the bottom of a terminal. Lines said through `above` scroll past over it. */
export class Progress {
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #stream: HostStream;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  /** Bytes sent of files under way. */
  readonly #underWay = new Map<string, number>();
  readonly #samples: { at: number; bytes: number }[] = [];
  #listed = 0;
  #counted = false;
  #totalFiles = 0;
  #totalBytes = 0;
  #files = 0;
  #doneBytes = 0;
  #moved = 0;
  #removed = 0;
  #failed = 0;
  #startedMs: number | undefined;

  constructor(stream: HostStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    // the cursor stays visible: a killed run must not leave a terminal without one
    this.#draw = createLogUpdate(stream, { showCursor: true });
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
    this.#timer.unref();
  }

  /** Writes one line that stays, over the display. */
  above(line: string): void {
    this.#draw.persist(line);
  }

  onEvent(event: SyncEvent): void {
    if (event.type === 'listing') {
      this.#listed = event.listed;
      this.#totalFiles = event.toUpload;
      this.#totalBytes = event.toUploadBytes;
      this.#counted = event.done;
    } else if (event.type === 'transfer') {
      this.#startedMs ??= this.#now();
      this.#underWay.set(event.path, event.sent);
    } else if (event.type === 'action') this.#count(event);
    else if (event.type === 'problem') this.#underWay.delete(event.path);
  }

  #count(event: SyncEvent & { type: 'action' }): void {
    if (event.outcome === 'failed') this.#failed++;
    if (event.kind === 'upload') {
      this.#startedMs ??= this.#now();
      this.#underWay.delete(event.path);
      // a failed file will not be sent any more, so it counts as done
      this.#files++;
      this.#doneBytes += event.bytes ?? 0;
    } else if (event.outcome === 'done' && event.kind === 'move') this.#moved += event.files ?? 1;
    else if (event.outcome === 'done' && event.kind === 'remove') this.#removed += event.files ?? 1;
  }

  state(): ProgressState {
    const now = this.#now();
    let bytes = this.#doneBytes;
    let current: string | undefined;
    for (const [path, sent] of this.#underWay) {
      bytes += sent;
      current = path;
    }
    this.#samples.push({ at: now, bytes });
    while ((this.#samples[0]?.at ?? now) < now - RATE_WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    const span = first === undefined ? 0 : now - first.at;
    return {
      listed: this.#listed,
      counted: this.#counted,
      files: this.#files,
      totalFiles: Math.max(this.#totalFiles, this.#files),
      bytes,
      totalBytes: Math.max(this.#totalBytes, bytes),
      moved: this.#moved,
      removed: this.#removed,
      failed: this.#failed,
      bytesPerSecond:
        span > 0 && first !== undefined ? Math.max(((bytes - first.bytes) * 1000) / span, 0) : 0,
      transferMs: this.#startedMs === undefined ? 0 : now - this.#startedMs,
      current,
    };
  }

  #redraw(): void {
    this.#draw(progressFrame(this.state(), this.#stream.columns ?? 80));
  }

  /** Takes the display away; the report follows in its place. */
  stop(): void {
    clearInterval(this.#timer);
    this.#draw.clear();
  }
}

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanLine } from '../../model/plan.ts';

/** Bytes that are read, or written, at once. */
const BLOCK = 1 << 16;
const NEWLINE = 0x0a;

/**
 * The lines of one plan, in a file of this process alone: a plan can be larger than memory. The file has no name, so
 * nothing is left of it when the process dies.
 */
export class PlannedLines {
  readonly #fd: number;
  #unwritten: string[] = [];
  #unwrittenLength = 0;
  #isClosed = false;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'stagesync-plan-'));
    try {
      this.#fd = openSync(join(folder, 'plan'), 'wx+', 0o600);
    } finally {
      // a system that cannot take the name of an open file away keeps it until it clears its folder of temporary files
      rmSync(folder, { recursive: true, force: true, maxRetries: 0 });
    }
  }

  add(line: PlanLine): void {
    const text = `${JSON.stringify(line)}\n`;
    this.#unwritten.push(text);
    this.#unwrittenLength += text.length;
    if (this.#unwrittenLength >= BLOCK) this.#write();
  }

  /** The lines from a place on that an earlier page gave, 0 for the first; `next` is the place behind them. */
  page(
    from: number,
    limit: number,
  ): { readonly lines: readonly PlanLine[]; readonly next: number | undefined } {
    const lines: PlanLine[] = [];
    for (const { line, end } of this.#from(from)) {
      lines.push(line);
      if (lines.length === limit) return { lines, next: this.#hasMore(end) ? end : undefined };
    }
    return { lines, next: undefined };
  }

  /** All lines, as often as wanted. */
  *[Symbol.iterator](): Generator<PlanLine, void> {
    for (const { line } of this.#from(0)) yield line;
  }

  close(): void {
    if (!this.#isClosed) closeSync(this.#fd);
    this.#isClosed = true;
  }

  #write(): void {
    const bytes = Buffer.from(this.#unwritten.join(''));
    for (let written = 0; written < bytes.length;) written += writeSync(this.#fd, bytes, written);
    this.#unwritten = [];
    this.#unwrittenLength = 0;
  }

  #hasMore(place: number): boolean {
    return readSync(this.#fd, Buffer.alloc(1), 0, 1, place) > 0;
  }

  *#from(place: number): Generator<{ readonly line: PlanLine; readonly end: number }, void> {
    if (this.#unwritten.length > 0) this.#write();
    const block = Buffer.alloc(BLOCK);
    let at = place;
    let begun: Buffer = Buffer.alloc(0);
    for (;;) {
      const read = readSync(this.#fd, block, 0, BLOCK, at + begun.length);
      if (read === 0) return;
      let rest = Buffer.concat([begun, block.subarray(0, read)]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        at += end + 1;
        yield { line: JSON.parse(rest.toString('utf8', 0, end)) as PlanLine, end: at };
        rest = rest.subarray(end + 1);
      }
      begun = rest;
    }
  }
}

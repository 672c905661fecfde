/** Answers that were taken and wait until the ledger has what follows from them. */
export class Acknowledgements {
  readonly #waiting = new Map<number, { left: number; readonly written: (error?: unknown) => void }>();

  /** Resolves once all these transfers are settled and written. Rejects when they could not be written. */
  async written(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      const one = {
        left: ids.length,
        written: (error?: unknown) =>
          error === undefined
            ? resolve()
            : reject(error instanceof Error ? error : new Error('the ledger cannot be written')),
      };
      for (const id of ids) this.#waiting.set(id, one);
    });
  }

  /** See TransferExecutor. The last one of an answer writes what there is. */
  settled(id: number, flush: () => void): void {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (one === undefined || --one.left > 0) return;
    try {
      flush();
      one.written();
    } catch (error) {
      one.written(error);
    }
  }

  /** Nobody settles anything any more: what was not written is looked at by the next run. */
  close(): void {
    for (const { written } of this.#waiting.values()) written();
    this.#waiting.clear();
  }
}

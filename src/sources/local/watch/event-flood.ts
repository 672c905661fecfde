/**
 * Tells when the kernel's queue of events has probably run over. All that is queued is handed out in one turn of the
 * event loop; a queue that ran over is full, so that turn brings at least as many events as it holds. Node itself drops
 * the kernel's own notice.
 */
export class EventFlood {
  readonly #limit: number;
  readonly #onFlood: () => void;
  #inThisTurn = 0;
  #counting = false;

  /** `queueLength`: events that the kernel keeps. Some go to folders no longer watched and are not counted. */
  constructor(queueLength: number, onFlood: () => void) {
    this.#limit = Math.floor(queueLength * 0.8);
    this.#onFlood = onFlood;
  }

  count(): void {
    if (++this.#inThisTurn === this.#limit) this.#onFlood();
    if (this.#counting) return;
    this.#counting = true;
    setImmediate(() => {
      this.#counting = false;
      this.#inThisTurn = 0;
    });
  }
}

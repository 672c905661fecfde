export interface QueueMessage {
  /** The same for every copy of a message. */
  readonly id: string;
  /** Names this delivery of the message; a later delivery has another. */
  readonly handle: string;
  readonly body: string;
}

/**
 * The requests a watch needs of a message queue. All reject with a SyncError, or with the signal's reason. A message that
 * was received is hidden from others for a time and comes again after it, until it is removed.
 */
export interface MessageQueue {
  /** For people. */
  readonly name: string;
  /** Up to ten messages, hidden for `hideSeconds`; waits up to `waitSeconds` for the first. */
  receive(
    wait: { readonly waitSeconds: number; readonly hideSeconds: number },
    signal: AbortSignal,
  ): Promise<readonly QueueMessage[]>;
  /** Removes up to ten deliveries, and returns those to try again. One that is known no more is not among them. */
  remove(handles: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** Hides up to ten deliveries for so many seconds from now on; 0 shows them to the next receiver. */
  hide(handles: readonly string[], seconds: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The most messages that one request can name. */
export const BATCH = 10;

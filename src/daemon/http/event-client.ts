import type { ServerResponse } from 'node:http';
import type { LiveEvents } from '../view/page-api.ts';
import { REPLY_HEADERS } from './reply-headers.ts';

export type LiveEventName = keyof LiveEvents;

/** One reader of server-sent events. At most one event waits for it: while it does not read, nothing more is written. */
export class EventClient {
  readonly job: string | undefined;
  /** The latest sample that it got. */
  sampledMs = 0;
  readonly #response: ServerResponse;
  #behindSinceMs: number | undefined;
  #hasMissed = false;

  /** `onCaughtUp` is called when a reader that fell behind has read everything; `hasMissed`: an event was left out meanwhile. */
  constructor(
    response: ServerResponse,
    {
      job,
      onCaughtUp,
    }: {
      readonly job: string | undefined;
      readonly onCaughtUp: (client: EventClient, state: { readonly hasMissed: boolean }) => void;
    },
  ) {
    this.#response = response;
    this.job = job;
    response.writeHead(200, { ...REPLY_HEADERS, 'content-type': 'text/event-stream' });
    response.on('drain', () => {
      const hasMissed = this.#hasMissed;
      this.#behindSinceMs = undefined;
      this.#hasMissed = false;
      onCaughtUp(this, { hasMissed });
    });
    // the socket's own trouble ends the response, of which 'close' tells
    response.on('error', () => {});
  }

  get isBehind(): boolean {
    return this.#behindSinceMs !== undefined;
  }

  /** Milliseconds for which it has not read. */
  behindForMs(nowMs: number): number {
    return this.#behindSinceMs === undefined ? 0 : nowMs - this.#behindSinceMs;
  }

  /** Left out while the reader is behind. */
  send<Name extends LiveEventName>(name: Name, data: LiveEvents[Name]): void {
    this.sendText(eventText(name, data));
  }

  /** As `send`, of a text that several readers get. */
  sendText(text: string): void {
    if (this.#response.destroyed) return;
    if (this.isBehind) {
      this.#hasMissed = true;
      return;
    }
    if (!this.#response.write(text)) this.#behindSinceMs = Date.now();
  }

  end(): void {
    this.#response.destroy();
  }
}

/** JSON has no line breaks outside of strings, and escapes those in strings: data is one line. */
export const eventText = <Name extends LiveEventName>(name: Name, data: LiveEvents[Name]): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

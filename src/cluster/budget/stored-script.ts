import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A script over some keys, which the server keeps: only its digest is sent each time. */
export class StoredScript {
  readonly #client: Pick<Redis, 'eval' | 'evalsha'>;
  readonly #text: string;
  readonly #keys: readonly string[];
  readonly #digest: string;

  constructor(client: Pick<Redis, 'eval' | 'evalsha'>, text: string, keys: readonly string[]) {
    this.#client = client;
    this.#text = text;
    this.#keys = keys;
    this.#digest = hash('sha1', text);
  }

  /** Resolves with what it returns, which has to be texts. Rejects as the client does. */
  async run(...args: readonly string[]): Promise<readonly string[]> {
    const all = [...this.#keys, ...args];
    try {
      return (await this.#client.evalsha(this.#digest, this.#keys.length, ...all)) as string[];
    } catch (error) {
      // a server that was started again does not have the script
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await this.#client.eval(this.#text, this.#keys.length, ...all)) as string[];
    }
  }
}

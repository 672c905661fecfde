import type { Redis } from 'ioredis';

/**
 * Names this life of the server: another one may have come back with an older copy of what the server held. Asked anew after each new
 * connection.
 */
export class ServerLife {
  readonly #client: Redis;
  #known: Promise<string> | undefined;

  constructor(client: Redis) {
    this.#client = client;
    client.on('close', () => (this.#known = undefined));
  }

  id(): Promise<string> {
    this.#known ??= this.#ask();
    return this.#known;
  }

  async #ask(): Promise<string> {
    try {
      const info = await this.#client.info('server');
      return /^run_id:(\S+)/m.exec(info)?.[1] ?? '';
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
  }
}

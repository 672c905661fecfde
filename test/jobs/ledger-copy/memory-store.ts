import type { CopyStore } from '../../../src/jobs/ledger-copy/copy-store.ts';

/** A store in memory that keeps its promises, and can fail. */
export interface MemoryStore extends CopyStore {
  readonly objects: Map<string, { readonly version: string; readonly bytes: Buffer }>;
  /** Thrown by every call while it is there. */
  failure: Error | undefined;
  /** As a server that knows no conditions. */
  ignoresConditions: boolean;
  readonly puts: string[];
}

export function createMemoryStore(): MemoryStore {
  const objects: MemoryStore['objects'] = new Map();
  let count = 0;
  const store: MemoryStore = {
    label: 'memory',
    objects,
    failure: undefined,
    ignoresConditions: false,
    puts: [],
    async get(name) {
      if (store.failure !== undefined) throw store.failure;
      const found = objects.get(name);
      return (
        found && {
          version: found.version,
          body: (async function* () {
            yield found.bytes;
          })(),
        }
      );
    },
    async put(name, body, expected) {
      if (store.failure !== undefined) throw store.failure;
      const parts: Uint8Array[] = [];
      for await (const part of body.open()) parts.push(part);
      if (!store.ignoresConditions && objects.get(name)?.version !== expected) return undefined;
      const version = `v${++count}`;
      objects.set(name, { version, bytes: Buffer.concat(parts) });
      store.puts.push(name);
      return version;
    },
    close: () => undefined,
  };
  return store;
}

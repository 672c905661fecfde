import { openApiConnection } from '../../../src/api/connection.ts';
import { ManagementApi } from '../../../src/api/management-api.ts';
import { useToLook } from '../../../src/jobs/ends/looking-gate.ts';
import { Gates } from '../../../src/remote/gate/gates.ts';
import { createHurriedClock, type HurriedClock } from './hurried-clock.ts';

export interface OpenManagement extends AsyncDisposable {
  readonly api: ManagementApi;
  readonly clock: HurriedClock;
  /** Aborts what is waited for. */
  stop(): void;
}

export interface OpenManagementOptions {
  readonly token?: string;
  /** See createHurriedClock. */
  readonly onSleep?: ((ms: number) => void) | undefined;
}

/** The client with its gate, on a clock whose sleeps end at once. */
export async function openManagement(
  baseUrl: string,
  { token = 'secret-token', onSleep }: OpenManagementOptions = {},
): Promise<OpenManagement> {
  const clock = createHurriedClock(onSleep);
  const connection = await openApiConnection({ baseUrl, token });
  const stopping = new AbortController();
  const { signal } = stopping;
  const gate = useToLook(new Gates(clock).of('test', 'account'), {
    name: 'the Management API',
    concurrency: 8,
    draining: signal,
  });
  const api = new ManagementApi({ connection, gate, clock, signal });
  return {
    api,
    clock,
    stop: () => stopping.abort(),
    async [Symbol.asyncDispose]() {
      gate[Symbol.dispose]();
      await api.close();
    },
  };
}

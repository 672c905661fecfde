import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SinkOptions, SinkReport, SinkRequest } from './sink-options.ts';

/** A running sink, seen from the benchmark. */
export interface SinkHandle {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Begins anew with these options; with `keepFiles`, only the counters are forgotten. */
  reset(options: SinkOptions, keepFiles?: boolean): Promise<void>;
  report(): Promise<SinkReport>;
  /** Resolves when `tellAtPut` is reached, with the time of the first PUT in milliseconds since 1970. */
  told(): Promise<number>;
  stop(): Promise<void>;
}

type Message =
  | { readonly port: number }
  | { readonly id: number; readonly report: SinkReport }
  | { readonly told: number };

export async function startSink(): Promise<SinkHandle> {
  const child = fork(fileURLToPath(new URL('./stage-sink.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--max-old-space-size=8192'],
  });
  const [first] = (await once(child, 'message')) as [{ port: number }];
  const waiting = new Map<number, (report: SinkReport) => void>();
  const told: ((at: number) => void)[] = [];
  child.on('message', (message: Message) => {
    if ('told' in message) for (const tell of told.splice(0)) tell(message.told);
    else if ('id' in message) waiting.get(message.id)?.(message.report);
  });
  let last = 0;
  const ask = (
    question: { ask: 'report' } | { ask: 'reset'; options: SinkOptions; keepFiles: boolean },
  ): Promise<SinkReport> => {
    const request: SinkRequest = { ...question, id: ++last };
    const answer = new Promise<SinkReport>((resolve) => waiting.set(request.id, resolve));
    child.send(request);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${first.port}`,
    async reset(options, keepFiles = false) {
      await ask({ ask: 'reset', options, keepFiles });
    },
    report: () => ask({ ask: 'report' }),
    told: () => new Promise((resolve) => told.push(resolve)),
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

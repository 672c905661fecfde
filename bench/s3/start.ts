import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ObjectSet } from './objects.ts';

export interface S3Handle {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** From now on the bucket holds this. */
  hold(set: ObjectSet): Promise<void>;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3Handle> {
  const child = fork(fileURLToPath(new URL('./s3-server.ts', import.meta.url)));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    async hold(set) {
      const ready = once(child, 'message');
      child.send(set);
      await ready;
    },
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}

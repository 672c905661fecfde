import { withoutPackage } from '../../redis/load-ioredis.ts';

/** The queue is an optional dependency, loaded by whoever asks for it alone. */
export async function loadBullmq(from: string): Promise<typeof import('bullmq')> {
  try {
    return await import('bullmq');
  } catch (error) {
    throw withoutPackage(error, { from, names: ['bullmq', 'ioredis'] });
  }
}

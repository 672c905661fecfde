import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authorise } from '../http/bearer-check.ts';
import { isoTime } from '../management/timeline/times.ts';
import type { Clock } from '../management/world/clock.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import { Refusal } from '../http/refusal.ts';
import { readSmallBody } from '../http/receive-file.ts';

export interface ControlContext extends ExchangeContext {
  readonly authorise: Authorise;
  readonly clock: Clock;
}

/**
 * Counters, switches, faults and the clock for another process. `GET` reads, `PUT` sets (switches that are not named keep their
 * value; faults are replaced), `DELETE` goes back to the start. These requests are not counted and suffer no faults.
 */
export function registerControlRoutes(app: FastifyInstance, context: ControlContext): void {
  const { counters, behaviour, faults, clock } = context;
  const route = (
    name: string,
    read: () => unknown,
    set: ((body: unknown) => Promise<void>) | undefined,
    reset: () => void,
  ) => {
    const url = `/_emulator/${name}`;
    app.get(
      url,
      answer(context, () => Promise.resolve(read())),
    );
    app.delete(
      url,
      answer(context, async () => (reset(), read())),
    );
    if (set === undefined) return;
    app.put(
      url,
      answer(context, async (request) => {
        await set(parseJson(await readSmallBody(request.raw)));
        return read();
      }),
    );
  };
  route(
    'counters',
    () => counters.read(),
    undefined,
    () => counters.reset(),
  );
  route(
    'behaviour',
    () => behaviour.current,
    async (body) => behaviour.set((await import('./control-schema.ts')).parseBehaviour(body)),
    () => behaviour.reset(),
  );
  route(
    'faults',
    () => faults.current,
    async (body) => faults.set((await import('./control-schema.ts')).parseFaults(body)),
    () => faults.reset(),
  );
  route(
    'clock',
    () => ({ now: isoTime(clock.now()), rate: clock.rate }),
    async (body) => clock.set((await import('./control-schema.ts')).parseClock(body)),
    () => clock.set({ rate: 1 }),
  );
}

function answer(context: ControlContext, work: (request: FastifyRequest) => Promise<unknown>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    try {
      context.authorise(request);
      return await reply.type('application/json').send(`${JSON.stringify(await work(request))}\n`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return reply.code(error.status).type('text/plain; charset=utf-8').send(`${error.message}\n`);
    }
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
}

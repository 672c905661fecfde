import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { usageError } from '../../../jobs/usage-errors.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import { errorReply } from '../error-replies.ts';
import type { PagePorts, StageLooks } from '../page-ports.ts';
import type { UsageLine } from '../../view/page-api.ts';

/** Walks at once: each sends requests to a Stage, in the turns that the jobs leave. */
const MOST_WALKS = 2;

/** Looks into the Stages that jobs use. */
export function stageRoutes(api: FastifyInstance, { stage }: PagePorts): void {
  let walks = 0;
  api.get('/stage/places', () => ({ places: stage.places() }));
  api.get<{ Querystring: { address?: unknown } }>('/stage/usage', (request, reply) => {
    const { address } = request.query;
    if (typeof address !== 'string' || !address.startsWith('stage://')) throw usageError('give an address');
    if (walks >= MOST_WALKS)
      return reply.code(503).send(errorReply('too_many', 'other folders are being added up: try again soon'));
    walks++;
    const gone = new AbortController();
    reply.raw.on('close', () => {
      walks--;
      gone.abort();
    });
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .send(Readable.from(jsonLines(stage, address, gone.signal)));
  });
}

/** One object a line. What goes wrong after the first line can only be told in a last one. */
async function* jsonLines(stage: StageLooks, address: string, signal: AbortSignal): AsyncGenerator<string> {
  const text = (line: UsageLine): string => `${JSON.stringify(line)}\n`;
  try {
    for await (const line of stage.usage(address, { signal })) yield text(line);
  } catch (error) {
    if (!signal.aborted)
      yield text({ kind: 'failed', message: isSyncError(error) ? error.message : messageOf(error) });
  }
}

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isSyncError, messageOf, type ErrorCode } from '../../model/errors.ts';
import type { ErrorReply } from '../view/page-api.ts';

const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  config: 400,
  locked: 409,
  interrupted: 503,
};

export const errorReply = (code: string, message: string): ErrorReply => ({ error: { code, message } });

/** Answers with what went wrong, as JSON. */
export function sendError(error: FastifyError | Error, _request: FastifyRequest, reply: FastifyReply): void {
  if (isSyncError(error)) {
    void reply.code(STATUSES[error.code] ?? 500).send(errorReply(error.code, error.message));
    return;
  }
  const status = 'statusCode' in error && error.statusCode !== undefined ? error.statusCode : 500;
  void reply.code(status).send(errorReply(status < 500 ? 'usage' : 'failed', messageOf(error)));
}

import type { Socket } from 'node:net';
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

/** Answers a request for which there is no route, in the same shape. */
export function sendNotFound({ method, url }: FastifyRequest, reply: FastifyReply): void {
  // what stands behind the question mark may be private, and helps nobody here
  const [path] = url.split('?');
  void reply.code(404).send(errorReply('not_found', `there is no ${method} ${path}`));
}

/** What Node could not read as a request, by the code of its error. */
const UNREADABLE: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not come to its end in time'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are too large'],
};

/** Answers what is no HTTP, in the same shape, and lets go of who sent it. */
export function refuseNoHttp(error: Error & { readonly code?: string }, socket: Socket): void {
  const [status, message] = UNREADABLE[error.code ?? ''] ?? ['400 Bad Request', 'that is no HTTP request'];
  const body = JSON.stringify(errorReply('usage', message));
  if (error.code !== 'ECONNRESET' && socket.writable)
    socket.write(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}

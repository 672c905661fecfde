import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { SessionReply } from '../../view/page-api.ts';
import { errorReply } from '../error-replies.ts';
import { cookieOf, sessionCookie } from '../sessions.ts';
import type { ApiParts } from './api-parts.ts';

const signIn = z.union([
  z.strictObject({ code: z.string().max(200) }),
  z.strictObject({ token: z.string().max(4096) }),
]);

type SessionParts = Pick<ApiParts, 'access' | 'signedIn' | 'cookie' | 'live'>;

/** Signing in by the code of a one-time link or by the token, and out. */
export function sessionRoutes(api: FastifyInstance, { access, signedIn, cookie, live }: SessionParts): void {
  api.get('/session', (request): SessionReply => {
    const isSignedIn = signedIn(request);
    return {
      signedIn: isSignedIn,
      takesToken: access.takesToken,
      // a browser does not tell a page why its events were refused
      ...(isSignedIn && live.refusal !== undefined && { noEvents: live.refusal }),
    };
  });
  const give = (request: FastifyRequest, reply: FastifyReply, session: string): FastifyReply =>
    reply
      .header(
        'set-cookie',
        sessionCookie(cookie(), session, { secure: request.headers.origin?.startsWith('https:') === true }),
      )
      .code(204)
      .send();
  api.post('/session', (request, reply) => {
    const asked = signIn.safeParse(request.body);
    if (!asked.success) return reply.code(400).send(errorReply('usage', 'give a code, or a token'));
    const session =
      'code' in asked.data ? access.signInByCode(asked.data.code) : access.signInByToken(asked.data.token);
    return session === undefined
      ? reply.code(401).send(errorReply('not_signed_in', 'that does not sign in, or not any more'))
      : give(request, reply, session);
  });
  api.delete('/session', (request, reply) => {
    const session = cookieOf(request.headers, cookie());
    if (session !== undefined) access.signOut(session);
    return give(request, reply, '');
  });
}

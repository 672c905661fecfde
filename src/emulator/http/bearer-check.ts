import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal } from './refusal.ts';

/** Throws the 401 unless the request brings a token. */
export type Authorise = (request: FastifyRequest) => void;

/** The name of the token that a request brings; undefined when it brings none that is known. */
export type WhoAsks = (request: FastifyRequest) => string | undefined;

/** Tokens are looked up by their digest, so that the time it takes says nothing of how much of one is right. */
export function bearerCheck(tokens: Readonly<Record<string, string>>): {
  authorise: Authorise;
  whoAsks: WhoAsks;
  /** Whether a text is one of the tokens. */
  isToken: (text: string) => boolean;
} {
  const names = new Map(Object.entries(tokens).map(([name, token]) => [sha256(`Bearer ${token}`), name]));
  const whoAsks: WhoAsks = ({ headers: { authorization } }) =>
    authorization === undefined ? undefined : names.get(sha256(authorization));
  const authorise: Authorise = (request) => {
    if (request.headers.authorization === undefined) throw new Refusal(401, 'Unauthorized: no API key given');
    if (whoAsks(request) === undefined) throw new Refusal(401, 'Unauthorized: the API key is not valid');
  };
  return { authorise, whoAsks, isToken: (text) => names.has(sha256(`Bearer ${text}`)) };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal } from './refusal.ts';

/** Throws the 401 unless the request brings the token. */
export type Authorise = (request: FastifyRequest) => void;

export function bearerCheck(token: string): Authorise {
  const header = `Bearer ${token}`;
  const digest = sha256(header);
  return (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) throw new Refusal(401, 'Unauthorized: no API key given');
    if (authorization.length !== header.length || !timingSafeEqual(sha256(authorization), digest))
      throw new Refusal(401, 'Unauthorized: the API key is not valid');
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

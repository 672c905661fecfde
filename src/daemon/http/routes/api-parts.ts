import type { FastifyRequest } from 'fastify';
import type { Access } from '../access.ts';
import type { LiveUpdates } from '../live-updates.ts';
import type { PagePorts } from '../page-ports.ts';

/** What the routes under /api are made of. */
export interface ApiParts {
  readonly ports: PagePorts;
  readonly live: LiveUpdates;
  readonly access: Access;
  readonly signedIn: (request: FastifyRequest) => boolean;
  /** The name of the session's cookie. */
  readonly cookie: () => string;
}

import type { FastifyInstance } from 'fastify';
import type { Authorise } from './bearer-check.ts';
import type { DataFolder } from './data-folder.ts';
import type { ExchangeContext } from './exchange.ts';

export interface ManagementContext extends ExchangeContext {
  readonly data: DataFolder;
  readonly authorise: Authorise;
}

export function registerManagementRoutes(_app: FastifyInstance, _context: ManagementContext): void {}

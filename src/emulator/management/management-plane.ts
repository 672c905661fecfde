import { databaseOwners } from '../data-api/database-owners.ts';
import { dataApiHandlers } from '../data-api/data-api-routes.ts';
import type { Databases } from '../database/databases.ts';
import type { RouteHandler } from '../http/server.ts';
import { answering } from './answering.ts';
import type { ManagementContext } from './answering.ts';
import { OPERATIONS } from './register.ts';
import { Flapping } from './world/flapping.ts';
import { World } from './world/world.ts';

interface Route {
  /** Between the slashes; `{name}` stands for any segment. */
  readonly segments: readonly string[];
  readonly handler: RouteHandler;
}

/** What answers outside Stage. */
export interface ManagementPlane {
  /** Undefined when there is no such route. */
  handlerOf(verb: string, path: string): RouteHandler | undefined;
  /** Lets the pipelines go on that an earlier process left running. */
  resumePipelines(): Promise<void>;
  /** Ends the pipelines, and closes the databases. */
  close(): Promise<void>;
}

export type PlaneContext = Omit<ManagementContext, 'world' | 'flapping'> & {
  readonly isToken: (text: string) => boolean;
};

/**
 * The Management API and the Data API, on one world. They are loaded, and opened, with the first request for them: a
 * sync with `stage://local` needs neither.
 */
export function openManagementPlane(context: PlaneContext): ManagementPlane {
  const world = new World(context.data);
  const management: ManagementContext = { ...context, world, flapping: new Flapping() };
  const routes = new Map<string, Route[]>();
  const add = (verb: string, path: string, handler: RouteHandler): void => {
    const segments = path.split('/');
    const key = `${verb} ${segments.length}`;
    routes.set(key, [...(routes.get(key) ?? []), { segments, handler }]);
  };
  for (const operation of OPERATIONS) add(operation.method, operation.path, answering(management, operation));
  let opened: Promise<Databases> | undefined;
  const databases = (): Promise<Databases> => (opened ??= openDatabases(world, context));
  for (const { verb, path, handler } of dataApiHandlers({ ...context, world, databases }))
    add(verb, path, handler);
  return {
    resumePipelines: async () => (await databases()).resume(databaseOwners({ ...context, world })),
    close: async () => (await opened)?.close(),
    handlerOf: (verb, path) => {
      const asked = path.split('/');
      const fitting = (routes.get(`${verb} ${asked.length}`) ?? []).filter((route) => fits(route, asked));
      // a segment that is spelled out goes before one that stands for any
      return fitting.toSorted((a, b) => placeholders(a) - placeholders(b))[0]?.handler;
    },
  };
}

/** Only a statement that needs a database loads what carries it out. */
async function openDatabases(world: World, { behaviour }: PlaneContext): Promise<Databases> {
  const { Databases } = await import('../database/databases.ts');
  return new Databases(world, behaviour);
}

const isPlaceholder = (segment: string): boolean => segment.startsWith('{');
const placeholders = ({ segments }: Route): number => segments.filter(isPlaceholder).length;
const fits = ({ segments }: Route, asked: readonly string[]): boolean =>
  segments.every((segment, at) => (isPlaceholder(segment) ? asked[at] !== '' : segment === asked[at]));

import { dataApiHandlers } from '../data-api/data-api-routes.ts';
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
  for (const { verb, path, handler } of dataApiHandlers({ ...context, world })) add(verb, path, handler);
  return {
    handlerOf: (verb, path) => {
      const asked = path.split('/');
      const fitting = (routes.get(`${verb} ${asked.length}`) ?? []).filter((route) => fits(route, asked));
      // a segment that is spelled out goes before one that stands for any
      return fitting.toSorted((a, b) => placeholders(a) - placeholders(b))[0]?.handler;
    },
  };
}

const isPlaceholder = (segment: string): boolean => segment.startsWith('{');
const placeholders = ({ segments }: Route): number => segments.filter(isPlaceholder).length;
const fits = ({ segments }: Route, asked: readonly string[]): boolean =>
  segments.every((segment, at) => (isPlaceholder(segment) ? asked[at] !== '' : segment === asked[at]));

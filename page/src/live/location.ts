import { hashOf, parseRoute, type Route } from '../text/routes.ts';
import { Store, useStore } from './store.ts';

const route = new Store<Route>(parseRoute(location.hash));

globalThis.addEventListener('hashchange', () => {
  route.set(parseRoute(location.hash));
  scrollTo(0, 0);
});

/** What the address names now. */
export const useRoute = (): Route => useStore(route);

export const go = (to: Route): void => {
  location.hash = hashOf(to);
};

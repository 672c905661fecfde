import { expect, test } from 'vitest';
import { hashOf, parseRoute, type Route } from '../../page/src/text/routes.ts';

const NAME = 'a/b?c#d %25\u202e';

test.each<Route>([
  { view: 'jobs' },
  { view: 'job', job: NAME },
  { view: 'run', job: NAME, run: '17' },
  { view: 'plan', job: NAME, plan: 'p1' },
  { view: 'stage', address: undefined },
  { view: 'stage', address: `stage://group/${NAME}/` },
])('an address leads back to what it was made of: %j', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

test.each(['', '#', '#/nothing', '#/jobs', '#/jobs/', '#login=abc'])('%j shows the jobs', (hash) => {
  expect(parseRoute(hash)).toEqual({ view: 'jobs' });
});

test('an address that is no UTF-8 is taken as it is', () => {
  expect(parseRoute('#/jobs/%ff')).toEqual({ view: 'job', job: '%ff' });
});

/** What the page shows, as it stands behind the # of its address. */
export type Route =
  | { readonly view: 'jobs' }
  | { readonly view: 'job'; readonly job: string }
  | { readonly view: 'run'; readonly job: string; readonly run: string }
  | { readonly view: 'plan'; readonly job: string; readonly plan: string }
  | { readonly view: 'stage'; readonly address: string | undefined };

/** Whatever is not understood shows the jobs. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first, job, kind, id] = path.split('/').map(decoded);
  if (first === 'stage')
    return { view: 'stage', address: new URLSearchParams(query).get('address') ?? undefined };
  if (first !== 'jobs' || job === undefined || job === '') return { view: 'jobs' };
  if (kind === 'runs' && id !== undefined) return { view: 'run', job, run: id };
  if (kind === 'plans' && id !== undefined) return { view: 'plan', job, plan: id };
  return { view: 'job', job };
}

export function hashOf(route: Route): string {
  if (route.view === 'jobs') return '#/';
  if (route.view === 'stage')
    return route.address === undefined ? '#/stage' : `#/stage?address=${encodeURIComponent(route.address)}`;
  const job = `#/jobs/${encodeURIComponent(route.job)}`;
  if (route.view === 'job') return job;
  return route.view === 'run'
    ? `${job}/runs/${encodeURIComponent(route.run)}`
    : `${job}/plans/${encodeURIComponent(route.plan)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

import { DEFAULT_BASE_URL } from '../../api/base-url.ts';
import { isID } from '../../api/names/id.ts';
import { parsePlace, type PlaceAddress } from '../../jobs/addresses.ts';
import type { Environment } from '../../jobs/environment.ts';
import type { Job } from '../../jobs/job.ts';
import { isSyncError } from '../../model/errors.ts';
import type { Profile } from '../jobs-file.ts';
import { keyOf, keysAbove, type JobPlaces, type Place } from './job-places.ts';
import { findRings } from './rings.ts';

/** Two jobs, by their numbers, of which the second undoes what the first does; or a ring of jobs that feed each other. */
export type Overlap =
  | { readonly kind: 'targets'; readonly first: number; readonly second: number }
  | { readonly kind: 'loop'; readonly ring: readonly number[] };

/** The places of a job, as far as they can be known without asking anybody. */
export function placesOf(job: Job, profile: Profile | undefined, environment: Environment): JobPlaces {
  const placeOf = (address: string): Place | undefined => {
    try {
      return asPlace(parsePlace(address, 'it', '/'), profile, environment);
    } catch (error) {
      if (isSyncError(error)) return undefined; // what is no address is told elsewhere
      throw error;
    }
  };
  return { name: job.name ?? '', from: placeOf(job.from), to: placeOf(job.to) };
}

function asPlace(address: PlaceAddress, profile: Profile | undefined, environment: Environment): Place {
  switch (address.kind) {
    case 'local':
      return { space: 'local', path: folder(address.root) };
    case 's3': {
      const rest = address.address.slice('s3://'.length);
      const slash = rest.indexOf('/');
      const bucket = slash === -1 ? rest : rest.slice(0, slash);
      return { space: `s3 ${bucket}`, path: slash === -1 ? '' : rest.slice(slash + 1) };
    }
    case 'stage': {
      const { baseUrl, organization, apiVersion } = profile?.authority.stage ?? {};
      const usual =
        (apiVersion ?? environment.apiVersion) === 'v2' ? environment.workspace : environment.workspaceGroup;
      const deployment = (address.deployment ?? usual ?? '').toLowerCase();
      // an ID is one deployment, whichever organization is named; a name may be that of several
      const within = isID(deployment) ? '' : (organization ?? environment.organization ?? '').toLowerCase();
      return {
        space: JSON.stringify(['stage', deployment, serverOf(baseUrl ?? environment.baseUrl), within]),
        path: folder(address.path),
      };
    }
    default:
      return address satisfies never;
  }
}

/** One server, however its address is written. */
export const serverOf = (url: string = DEFAULT_BASE_URL): string =>
  (URL.parse(url)?.href ?? url).replace(/\/+$/, '');

const folder = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}/`);

/**
 * The overlaps among the jobs: of each target that lies in another one, the first such; and of the jobs that feed each other, a
 * ring. Takes a time that grows with the number of jobs: a file may have thousands that all go to one place.
 */
export function findOverlaps(jobs: readonly JobPlaces[]): Overlap[] {
  const targets = byPlace(jobs.map(({ to }) => to));
  const shared = jobs.flatMap(({ to }, second): Overlap[] => {
    const first = firstOther(to, second, targets);
    return first === undefined ? [] : [{ kind: 'targets', first, second }];
  });
  return [...shared, ...findRings(jobs).map((ring): Overlap => ({ kind: 'loop', ring }))];
}

/** The jobs by the keys of their places; see `keyOf`. */
function byPlace(places: readonly (Place | undefined)[]): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number[]>();
  for (const [at, place] of places.entries())
    if (place !== undefined) {
      const key = keyOf(place);
      const there = numbers.get(key);
      if (there === undefined) numbers.set(key, [at]);
      else there.push(at);
    }
  return numbers;
}

/** The first job that goes to the same place as this one, before it in the file, or to a folder above. */
function firstOther(
  place: Place | undefined,
  at: number,
  targets: ReturnType<typeof byPlace>,
): number | undefined {
  if (place === undefined) return undefined;
  const own = keyOf(place);
  for (const key of keysAbove(place)) {
    const [first] = targets.get(key) ?? [];
    if (first !== undefined && (key !== own || first < at)) return first;
  }
  return undefined;
}

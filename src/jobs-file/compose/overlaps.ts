import { DEFAULT_BASE_URL } from '../../api/base-url.ts';
import { isID } from '../../api/names/id.ts';
import { parsePlace, type PlaceAddress } from '../../jobs/addresses.ts';
import type { Environment } from '../../jobs/environment.ts';
import type { Job } from '../../jobs/job.ts';
import { isSyncError } from '../../model/errors.ts';
import type { Profile } from '../jobs-file.ts';

/** A folder, and the space of folders that it lies in: a disk, a bucket, the Stage of a deployment. */
interface Place {
  readonly space: string;
  /** '' is the top; else it ends in '/'. */
  readonly path: string;
}

/** What is compared of a job. */
export interface JobPlaces {
  readonly name: string;
  readonly from: Place | undefined;
  readonly to: Place | undefined;
}

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
const serverOf = (url: string = DEFAULT_BASE_URL): string =>
  (URL.parse(url)?.href ?? url).replace(/\/+$/, '');

const folder = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}/`);

/** All overlaps among the jobs: a target within a target, and rings in which each job feeds the next. */
export function findOverlaps(jobs: readonly JobPlaces[]): Overlap[] {
  const targets = byPlace(jobs.map(({ to }) => to));
  const sources = byPlace(jobs.map(({ from }) => from));
  const shared = jobs.flatMap(({ to }, second): Overlap[] =>
    holdersOf(to, targets)
      .filter((first) => first !== second && (first < second || !isSame(jobs[first]!.to!, to!)))
      .map((first) => ({ kind: 'targets', first, second })),
  );
  const next = jobs.map(({ to }) => new Set(holdersOf(to, sources)));
  for (const [at, { from }] of jobs.entries())
    for (const feeder of holdersOf(from, targets)) next[feeder]!.add(at);
  return [...shared, ...ringsIn(next).map((ring): Overlap => ({ kind: 'loop', ring }))];
}

const isSame = (a: Place, b: Place): boolean => a.space === b.space && a.path === b.path;

type ByPlace = ReadonlyMap<string, readonly number[]>;

const keyOf = ({ space, path }: Place): string => `${space}\n${path}`;

function byPlace(places: readonly (Place | undefined)[]): ByPlace {
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

/** The jobs whose place is this one, or a folder above it. */
function holdersOf(place: Place | undefined, places: ByPlace): number[] {
  if (place === undefined) return [];
  const { space, path } = place;
  const found = [...(places.get(keyOf({ space, path: '' })) ?? [])];
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
    found.push(...(places.get(keyOf({ space, path: path.slice(0, end + 1) })) ?? []));
  return found;
}

/** A ring for each job that feeds itself by others, or directly; each ring once. */
function ringsIn(next: readonly ReadonlySet<number>[]): number[][] {
  const rings: number[][] = [];
  const told = new Set<number>();
  for (const start of next.keys()) {
    if (told.has(start)) continue;
    const ring = shortestRing(start, next);
    if (ring === undefined) continue;
    rings.push(ring);
    for (const each of ring) told.add(each);
  }
  return rings;
}

function shortestRing(start: number, next: readonly ReadonlySet<number>[]): number[] | undefined {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const at of queue)
    for (const to of next[at]!) {
      if (to === start) {
        const ring = [at];
        for (let back = at; back !== start; ring.unshift(back)) back = cameFrom.get(back)!;
        return ring;
      }
      if (!cameFrom.has(to)) {
        cameFrom.set(to, at);
        queue.push(to);
      }
    }
  return undefined;
}

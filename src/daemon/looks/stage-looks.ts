import { parsePlace, type PlaceAddress } from '../../jobs/addresses.ts';
import { FolderSums } from '../../remote/folder-sums.ts';
import { listPlace } from '../../jobs/ends/list-place.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import type { JobsFile, NamedJob } from '../../jobs-file/jobs-file.ts';
import type { StageLooks } from '../http/page-ports.ts';
import type { StagePlace, UsageLine } from '../view/page-api.ts';

type StageAddress = Extract<PlaceAddress, { kind: 'stage' }>;

export interface StageLooksOptions {
  /** The jobs file as it runs. */
  readonly file: () => JobsFile;
  readonly surroundingsOf: (named: NamedJob) => Surroundings;
}

/** Looks into the Stages to which the jobs of a file go, or from which they come, with the jobs' own authority. */
export function stageLooks({ file, surroundingsOf }: StageLooksOptions): StageLooks {
  return {
    places: () => placesOf(file()),
    async *usage(text, { signal }) {
      const address = stageAddress(text);
      const named = address && userOf(file(), address);
      if (address === undefined || named === undefined)
        throw usageError(`${JSON.stringify(text)} lies in no Stage that a job uses`);
      const around = surroundingsOf(named);
      const { profile } = named.job;
      // of the whole Stage, not of a folder
      const quota =
        address.path === '' && profile !== undefined ? file().profiles[profile]?.quota : undefined;
      const until = AbortSignal.any([around.draining, signal]);
      yield* usageOf(address, { ...around, draining: until }, { text, quota });
    },
  };
}

/** What lies directly in the folder, each folder as soon as all below it is added up. */
async function* usageOf(
  address: StageAddress,
  around: Surroundings,
  { text, quota }: { readonly text: string; readonly quota: number | undefined },
): AsyncGenerator<UsageLine, void> {
  const sums = new FolderSums(1);
  const shown = (ended: ReturnType<FolderSums['end']>): UsageLine[] =>
    ended.map(({ path, files, size }) =>
      path === ''
        ? { kind: 'total', files, size, ...(quota !== undefined && { quota }) }
        : { kind: 'folder', path, files, size },
    );
  await using opened = new AsyncDisposableStack();
  for await (const entries of listPlace(opened, address, around, { recursive: true, text }))
    for (const entry of entries) {
      if (entry.kind === 'unknown') {
        yield { kind: 'unknown', path: entry.path, message: entry.problem.message };
        continue;
      }
      yield* shown(sums.add(entry));
      if (entry.kind === 'file' && !entry.path.includes('/'))
        yield { kind: 'file', path: entry.path, size: entry.size, modifiedMs: entry.modifiedMs };
    }
  yield* shown(sums.end());
}

/** The Stages, in the order of the file. */
function placesOf(file: JobsFile): StagePlace[] {
  const places = new Map<string, { address: string; used: { address: string; job: string }[] }>();
  for (const { name, text, address } of stageEnds(file)) {
    const top = topOf(address);
    const place = places.get(top) ?? { address: top, used: [] };
    places.set(top, place);
    place.used.push({ address: text.endsWith('/') ? text : `${text}/`, job: name });
  }
  return [...places.values()];
}

/** The job whose authority opens the address: one that uses this folder, or another one of the same Stage. */
function userOf(file: JobsFile, wanted: StageAddress): NamedJob | undefined {
  const ends = stageEnds(file).filter(({ address }) => topOf(address) === topOf(wanted));
  const within = ends.find(({ address }) => `${wanted.path}/`.startsWith(`${address.path}/`));
  return (within ?? ends[0])?.named;
}

const topOf = ({ deployment }: StageAddress): string => `stage://${deployment ?? ''}/`;

function stageEnds(file: JobsFile) {
  return file.jobs.flatMap((named) =>
    [named.job.from, named.job.to].flatMap((text) => {
      const address = stageAddress(text);
      return address === undefined ? [] : [{ name: named.name, named, text, address }];
    }),
  );
}

/** Undefined for what is no address of a Stage. */
function stageAddress(text: string): StageAddress | undefined {
  if (!text.startsWith('stage://')) return undefined;
  const address = parsePlace(text, 'ADDRESS', '/');
  return address.kind === 'stage' ? address : undefined;
}

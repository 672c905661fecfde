import { isFolderPath, pathProblem, type RelPath } from '../model/path.ts';
import { queryOf } from '../api/query.ts';
import type { Operation } from '../model/errors.ts';
import { unsendablePath } from './stage-errors.ts';

/**
 * The forms the Stage API has had. `v1` is the documented one; `v2` puts Stage below clusters; `legacy` is the one of
 * 2023, in which a parameter has to say whether a PUT makes a file.
 */
export type StageGeneration = 'v1' | 'v2' | 'legacy';

export interface StageUrlOptions {
  readonly generation: StageGeneration;
  /** The path part of the base URL, without a slash at its end. */
  readonly basePath: string;
  /** A workspace group ID, a starter workspace ID, or for v2 a cluster ID. */
  readonly deployment: string;
  /** Sent with every request. */
  readonly organizationID?: string | undefined;
}

export interface StageUrls {
  /** Lists a folder; '' is the root of the Stage. */
  list(folder: RelPath): string;
  /** Downloads a file; moves or deletes a file or a folder, but never the root. */
  plain(path: RelPath, operation: 'read' | 'move' | 'remove'): string;
  /** One file's metadata instead of its content. */
  metadata(path: RelPath): string;
  /** Uploads a file, makes an empty file, or makes a folder: the path decides. */
  create(path: RelPath): string;
}

/** Request targets (path and query) for one deployment. All reject paths that Stage cannot hold. */
export function createStageUrls(options: StageUrlOptions): StageUrls {
  const { generation, basePath, deployment, organizationID } = options;
  const prefix = basePath + ROOTS[generation](encodeURIComponent(deployment));
  const plainEnd = queryOf({ organizationID });
  const metadataEnd = queryOf({ metadata: '1', organizationID });
  const createEnd = (isFile: boolean): string =>
    generation === 'legacy' ? queryOf({ isFile: String(isFile), organizationID }) : plainEnd;
  const [fileEnd, folderEnd] = [createEnd(true), createEnd(false)];

  return {
    list: (folder) => prefix + (folder === '' ? '' : encodePath(folder, 'list')) + plainEnd,
    plain: (path, operation) => prefix + encodePath(path, operation) + plainEnd,
    metadata: (path) => prefix + encodePath(path, 'look') + metadataEnd,
    create: (path) =>
      isFolderPath(path)
        ? prefix + encodePath(path, 'create_folder') + folderEnd
        : prefix + encodePath(path, 'upload') + fileEnd,
  };
}

const ROOTS: Readonly<Record<StageGeneration, (id: string) => string>> = {
  v1: (id) => `/v1/stage/${id}/fs/`,
  v2: (id) => `/v2/clusters/${id}/stage/fs/`,
  legacy: (id) => `/v1/stages/${id}/fs/`,
};

/** Characters that stand for themselves in a URL path. */
const PLAIN = /^[\w\-.~/]*$/;

/**
 * The path as it goes into a URL: every segment percent-encoded as UTF-8, the slashes kept, so that `a?b #1 100%41.csv`
 * arrives as itself. `operation` is for the error: throws `stage_rejected` for a path that is no Stage path (see
 * pathProblem).
 */
export function encodePath(path: RelPath, operation: Operation): string {
  const problem = pathProblem(path);
  if (problem !== undefined) throw unsendablePath(path, operation, problem);
  // A '%' of the name becomes %25, so every %2F stands for a slash between segments.
  return PLAIN.test(path) ? path : encodeURIComponent(path).replaceAll('%2F', '/');
}

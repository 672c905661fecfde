/** A folder, and the space of folders that it lies in: a disk, a bucket, the Stage of a deployment. */
export interface Place {
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

/** Equal for equal places. */
export const keyOf = ({ space, path }: Place): string => `${space}\n${path}`;

/** The keys of the folders above a place, from the top on, and at last its own. */
export function keysAbove({ space, path }: Place): string[] {
  const keys = [keyOf({ space, path: '' })];
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
    keys.push(keyOf({ space, path: path.slice(0, end + 1) }));
  return keys;
}

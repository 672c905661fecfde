import { bytes, counted } from '../quantities.ts';

/** '1 file, 249 MB left'; undefined where nothing is being sent. */
export const underWayText = ({
  files,
  bytesLeft,
}: {
  readonly files: number;
  readonly bytesLeft: number;
}): string | undefined => (files === 0 ? undefined : `${counted(files, 'file')}, ${bytes(bytesLeft)} left`);

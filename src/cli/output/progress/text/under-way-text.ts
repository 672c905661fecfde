import { bytes, counted } from '../../quantities.ts';
import type { FileUnderWay } from '../progress-state.ts';

/** '1 file, 249 MB left'; undefined where nothing is being sent. Where a size is not known, what is left is not known either. */
export function underWayText(underWay: readonly FileUnderWay[]): string | undefined {
  if (underWay.length === 0) return undefined;
  const files = counted(underWay.length, 'file');
  if (underWay.some(({ size }) => size === undefined)) return files;
  const left = underWay.reduce((sum, { sent, size = 0 }) => sum + size - sent, 0);
  return left > 0 ? `${files}, ${bytes(left)} left` : `${files}, all sent, waiting for replies`;
}

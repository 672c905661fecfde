import { EMBEDDED } from '../../jobs/addresses.ts';
import type { Subject } from '../check.ts';

/** Whether anything is asked of the service: a Stage elsewhere is named, or no place at all. */
export const asksService = ({ places }: Subject): boolean =>
  places.length === 0 || places.some((place) => place.kind === 'stage' && place.deployment !== EMBEDDED);

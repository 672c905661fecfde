import type { Behaviour } from './behaviour.ts';
import type { Faults } from './faults.ts';
export const parseBehaviour = (body: unknown): Partial<Behaviour> => body as Partial<Behaviour>;
export const parseFaults = (body: unknown): Faults => body as Faults;

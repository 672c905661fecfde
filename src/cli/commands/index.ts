import type { CommandModule } from '../context.ts';
import { cat } from './cat.ts';
import { emulator } from './emulator.ts';
import { ls } from './ls.ts';
import { sync } from './sync.ts';

/** In the order of the help text. */
export const commands: readonly CommandModule[] = [sync, ls, cat, emulator];

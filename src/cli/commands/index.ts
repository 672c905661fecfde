import type { CommandModule } from '../context.ts';
import { apply } from './apply.ts';
import { cat } from './cat.ts';
import { emulator } from './emulator.ts';
import { explain } from './explain.ts';
import { ls } from './ls.ts';
import { plan } from './plan.ts';
import { status } from './status.ts';
import { sync } from './sync.ts';
import { watch } from './watch.ts';

/** In the order of the help text. */
export const commands: readonly CommandModule[] = [
  sync,
  watch,
  status,
  plan,
  apply,
  explain,
  ls,
  cat,
  emulator,
];

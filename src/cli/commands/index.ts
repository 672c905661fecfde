import type { CommandModule } from '../context.ts';
import { apply } from './apply/command.ts';
import { cat } from './cat/command.ts';
import { emulator } from './emulator/command.ts';
import { explain } from './explain/command.ts';
import { ls } from './ls/command.ts';
import { plan } from './plan/command.ts';
import { status } from './status/command.ts';
import { sync } from './sync/command.ts';
import { watch } from './watch/command.ts';

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

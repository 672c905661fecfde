import type { Command } from 'commander';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import type { CommandRow } from '../../../src/cli/context.ts';
import { NOUN_ROWS } from '../../../src/cli/nouns.ts';
import { createProgram } from '../../../src/cli/program.ts';
import type { Host } from '../../../src/cli/process/host.ts';
import { fakeHost } from './fake-host.ts';

export const ALL_ROWS: readonly CommandRow[] = [...COMMANDS, ...NOUN_ROWS];

/** The command line with all commands, and the verbs of all nouns. */
export async function wholeProgram(host: Host = fakeHost().host): Promise<Command> {
  const loaded = await Promise.all(ALL_ROWS.map(async (row) => ({ row, module: await row.load() })));
  return createProgram(host, () => async () => undefined, loaded);
}

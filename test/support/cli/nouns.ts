import type { Command } from 'commander';
import { NOUNS } from '../../../src/cli/nouns.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { fakeHost } from './fake-host.ts';

/** The command line with the verbs of all nouns. */
export async function wholeProgram(): Promise<Command> {
  const loaded = await Promise.all(NOUNS.map((noun) => noun.load()));
  return createProgram(fakeHost().host, () => async () => undefined, { summaries: NOUNS, loaded });
}

import { CommanderError } from 'commander';
import { isSyncError, messageOf, type SyncError } from '../model/errors.ts';
import type { Action, Context } from './context.ts';
import { usageError } from '../jobs/usage-errors.ts';
import { readEnvironment } from '../jobs/environment.ts';
import { EXIT, statusOfError, type ExitStatus } from './exit-status.ts';
import { bindBareFlags } from './flags/bare-flags.ts';
import type { Host } from './process/host.ts';
import { processHost } from './process/process-host.ts';
import { LineOutput } from './output/line-output.ts';
import { NOUNS, nounsIn } from './nouns.ts';
import { commands, createProgram } from './program.ts';
import { printable } from '../model/printable.ts';
import { failedReport } from './output/json.ts';
import { listenForStop } from './process/stop-signals.ts';

/** Runs one command line, given without the two leading words of `process.argv`. Resolves with the exit status. */
export async function main(argv: readonly string[], host: Host = processHost()): Promise<number> {
  const context = contextOf(host);
  const releaseCrash = host.onCrash((error) => {
    host.stderr.write(`${describeError(error, stacksFor(context, argv))}\n`);
    host.exit(EXIT.unexpected);
  });
  try {
    return await flushed(context, await runCommand(context, argv));
  } finally {
    context.stop.dispose();
    releaseCrash();
  }
}

/** What a command works with in this process. */
function contextOf(host: Host): Context {
  const err = new LineOutput(host.stderr, () => undefined);
  const stop = listenForStop(host, (text) => {
    err.line(`stagesync: ${text}`);
    void err.flush(); // before any message about stopping
  });
  const out = new LineOutput(host.stdout, (error) => stop.drain(`the output went away: ${messageOf(error)}`));
  const environment = readEnvironment(host.env, host.home);
  return {
    host,
    environment,
    out,
    err,
    stop,
    // loaded when a run is shown: the answer to --help has no use for it
    openReader: async (flags) => {
      const { openReader } = await import('./output/open-reader.ts');
      return openReader({ host, environment, out, err, stop }, flags);
    },
    run: main,
  };
}

/** Does what the command line says; tells what went wrong. */
async function runCommand(context: Context, argv: readonly string[]): Promise<ExitStatus> {
  const { host, out, err, stop } = context;
  let status: ExitStatus = EXIT.clean;
  const action: Action =
    (work) =>
    async (...args) => {
      status = await work(context, ...args);
    };
  try {
    const nouns = { summaries: NOUNS, loaded: await nounsIn(argv) };
    // the flags that may stand alone are those of a sync
    const words = nouns.loaded.length > 0 ? argv : bindBareFlags(argv);
    await createProgram(host, action, nouns).parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.clean; // --help, --version
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage; // printed it
    const cause = error instanceof CommanderError ? usageOf(error, argv) : error;
    if (wantsReport(argv)) out.line(failedReport(cause));
    // a reader that stopped reading, as in "ls … | head", wants no message about it
    if (!(out.closed && isSyncError(cause) && cause.code === 'interrupted'))
      err.line(describeError(cause, stacksFor(context, argv)));
    return isSyncError(cause) ? statusOfError(cause.code, stop.stoppedBy) : EXIT.unexpected;
  }
}

/** Writes the output that still waits. Returns another status when the results could not be written. */
async function flushed({ out, err }: Context, status: ExitStatus): Promise<ExitStatus> {
  await out.flush();
  const lost = out.failure;
  if (lost !== undefined) err.line(`stagesync: the output could not be written: ${messageOf(lost)}`);
  await err.flush();
  return lost !== undefined && (status === EXIT.clean || status === EXIT.interrupted)
    ? EXIT.unexpected
    : status;
}

/** What other tools call it, where no command is spelled alike. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['push', 'sync'],
  ['upload', 'put'],
  ['download', 'get'],
  ['copy', 'cp'],
  ['move', 'mv'],
  ['delete', 'rm'],
  ['remove', 'rm'],
  ['list', 'ls'],
  ['diff', 'check'],
  ['validate', 'jobs validate'],
  ['restore', 'trash restore'],
]);

/** commander's message on one line, without its own prefix, with the way out. */
function usageOf(error: CommanderError, argv: readonly string[]): SyncError {
  const [first, second] = argv;
  const noun = NOUNS.find(({ name, singular }) => name === first || singular === first);
  const isVerb = noun !== undefined && second !== undefined && error.code !== 'commander.unknownCommand';
  const command = commands.find(({ name }) => name === first) ?? noun;
  const words = [command?.name, isVerb && /^[a-z]/.test(second) ? second : undefined];
  const help = ['stagesync', ...words.filter((word) => word !== undefined), '--help'].join(' ');
  const said = messageOf(error).replace(/^error: /, '');
  const meant = command === undefined && first !== undefined ? OTHER_WORDS.get(first) : undefined;
  if (meant !== undefined)
    return usageError(`unknown command '${first}': "stagesync ${meant}" does that. See "${help}"`, error);
  return usageError(`${said}${/[.)?]$/.test(said) ? '' : '.'} See "${help}"`, error);
}

const wantsReport = (argv: readonly string[]): boolean =>
  commands.some(({ name, reports }) => reports && name === argv[0]) && argv.includes('--json');

/** Whether the stack of an unexpected error is shown. */
const stacksFor = ({ environment }: Context, argv: readonly string[]): { readonly stacks: boolean } => ({
  stacks: environment.debug || argv.includes('--verbose'),
});

/** One line for a person; with `stacks`, the stack of an unexpected error after it. */
function describeError(error: unknown, { stacks }: { readonly stacks: boolean }): string {
  if (isSyncError(error)) return `stagesync: ${printable(messageOf(error))}`;
  const line = `stagesync: unexpected: ${printable(messageOf(error))}`;
  if (!stacks) return `${line} (STAGESYNC_DEBUG=1 or --verbose shows where)`;
  return error instanceof Error && error.stack !== undefined ? `${line}\n${error.stack}` : line;
}

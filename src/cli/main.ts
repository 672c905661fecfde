import { isSyncError, messageOf } from '../model/errors.ts';
import { COMMANDS } from './command-table.ts';
import type { Action, CommandRow, Context } from './context.ts';
import { readEnvironment } from '../jobs/environment.ts';
import { EXIT, statusOfError, type ExitStatus } from './exit-status.ts';
import type { Host } from './process/host.ts';
import { processHost } from './process/process-host.ts';
import { LineOutput } from './output/line-output.ts';
import { NOUN_ROWS } from './nouns.ts';
import { printable } from '../model/printable.ts';
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
    commands: ROWS,
    // loaded when a run is shown: the answer to --help has no use for it
    openReader: async (flags) => {
      const { openReader } = await import('./output/open-reader.ts');
      return openReader({ host, environment, out, err, stop }, flags);
    },
    openDisplay: async (flags, state) => {
      const { openProgress } = await import('./output/progress/open-progress.ts');
      return openProgress({ host, environment, out, err }, flags, state);
    },
    openJobsDisplay: async (flags, jobs) => {
      const { JobsDisplay } = await import('./output/progress/jobs/jobs-display.ts');
      return JobsDisplay.open({ host, environment, out, err }, flags, jobs);
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
  let reports = false;
  try {
    const line = withoutHelpWord(argv);
    const row = rowOf(line[0]);
    if (row === undefined) return await answer(context, line);
    const [{ runProgram }, module] = await Promise.all([import('./program.ts'), row.load()]);
    reports = module.reports;
    const ended = await runProgram(host, action, { row, module }, line);
    return ended === 'told how' ? EXIT.usage : status;
  } catch (error) {
    if (reports && argv.includes('--json')) {
      const { failedReport } = await import('./output/json.ts');
      out.line(failedReport(error));
    }
    // a reader that stopped reading, as in "ls … | head", wants no message about it
    if (!(out.closed && isSyncError(error) && error.code === 'interrupted'))
      err.line(describeError(error, stacksFor(context, argv)));
    return isSyncError(error) ? statusOfError(error.code, stop.stoppedBy) : EXIT.unexpected;
  }
}

/** All commands, in the order of the help text. */
const ROWS: readonly CommandRow[] = [...COMMANDS, ...NOUN_ROWS];

const rowOf = (word: string | undefined): CommandRow | undefined =>
  word === undefined ? undefined : ROWS.find(({ name, alias }) => name === word || alias === word);

/** 'help COMMAND VERB' is 'COMMAND VERB --help'. */
function withoutHelpWord(argv: readonly string[]): readonly string[] {
  const isOfCommand = argv[0] === 'help' && rowOf(argv[1]) !== undefined;
  return isOfCommand ? [...argv.slice(1), '--help'] : argv;
}

/** The answer to a line that names no command. Rejects with `usage` where it names something that is not there. */
async function answer(context: Context, [first, second]: readonly string[]): Promise<ExitStatus> {
  const { printAnswer, unknownCommand } = await import('./help/answer.ts');
  const isHelp = first === 'help' || first === '--help' || first === '-h';
  if (first === undefined) printAnswer(context, 'nothing', ROWS);
  else if (isHelp && first === 'help' && second !== undefined && !second.startsWith('-'))
    printAnswer(context, { topic: second }, ROWS);
  else if (isHelp) printAnswer(context, 'help', ROWS);
  else if (first === 'version' || first === '--version' || first === '-V')
    printAnswer(context, 'version', ROWS);
  else throw unknownCommand(first, ROWS);
  return first === undefined ? EXIT.usage : EXIT.clean;
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

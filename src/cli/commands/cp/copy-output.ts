import type { CopyResult, CopySummary } from '../../../files/copy/copy-step.ts';
import type { EventListener } from '../../../model/events.ts';
import { messageWithPath } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { bytes, count, counted, duration } from '../../output/quantities.ts';

export interface CopyOutput {
  readonly onResult: (result: CopyResult) => void;
  readonly onEvent: EventListener;
  /** Says what came of it. */
  finish(summary: CopySummary): void;
}

interface Shown {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly dryRun?: true;
}

/** The lines of a copy. */
export function copyOutput({ out, err }: Pick<Context, 'out' | 'err'>, flags: Shown): CopyOutput {
  const isQuiet = flags.quiet === true || flags.json === true;
  return {
    onResult(result) {
      if (flags.json === true) out.line(JSON.stringify(jsonOf(result)));
      const line = troubleLine(result);
      if (line !== undefined) err.line(line);
      else if (!isQuiet && (flags.verbose === true || flags.dryRun === true)) out.line(doneLine(result));
    },
    onEvent(event) {
      if (event.type === 'retry' && flags.verbose === true)
        err.line(
          `retry: ${event.operation} ${printable(event.path)}, attempt ${event.attempt} in ${duration(event.waitMs)}: ${printable(event.error.message)}`,
        );
    },
    finish(summary) {
      if (flags.json === true)
        out.line(JSON.stringify({ kind: 'summary', dryRun: flags.dryRun === true, ...summary }));
      else if (!isQuiet) out.line(summaryLine(summary, flags));
    },
  };
}

/** The problem of a failure stands beside the rest. */
function jsonOf(result: CopyResult): object {
  if (result.kind !== 'failed') return result;
  const { problem, ...rest } = result;
  return { ...rest, ...problem };
}

/** What goes to stderr; undefined for what went well. */
function troubleLine(result: CopyResult): string | undefined {
  const from = printable(result.from);
  if (result.kind === 'kept')
    return `stagesync: ${from}: not copied: ${printable(result.to)} is another file (${sizes(result)}); --overwrite replaces it`;
  if (result.kind !== 'failed') return undefined;
  const { severity, message } = result.problem;
  return `stagesync: ${severity === 'warning' ? 'warning: ' : ''}${messageWithPath(result.from, printable(message))}`;
}

const sizes = ({ size, sizeThere }: Extract<CopyResult, { kind: 'kept' }>): string =>
  size === sizeThere ? 'of the same size' : `${counted(sizeThere, 'byte')}, not ${count(size)}`;

function doneLine(result: CopyResult): string {
  const [from, to] = [printable(result.from), printable(result.to ?? '')];
  switch (result.kind) {
    case 'copied':
    case 'would_copy': {
      const verb = result.kind === 'copied' ? 'copied' : 'would copy';
      return `${verb} ${from} -> ${to}  (${bytes(result.size)}${result.replaced ? ', replaces another file' : ''})`;
    }
    case 'same':
      return `already there: ${from} -> ${to}`;
    default:
      return `${from}: not copied`;
  }
}

function summaryLine(summary: CopySummary, { dryRun }: Shown): string {
  const { copied, same, kept, failed, leftOut } = summary;
  const others = [
    same > 0 && `${count(same)} already there`,
    kept > 0 && `${count(kept)} kept, ${kept === 1 ? 'as it differs' : 'as they differ'}`,
    failed > 0 && `${count(failed)} failed`,
    leftOut > 0 && `${count(leftOut)} left out`,
  ].filter((part) => part !== false);
  const verb = dryRun === true ? 'would copy' : 'copied';
  const what =
    copied === 0 && others.length > 0 ? 'nothing' : `${counted(copied, 'file')} (${bytes(summary.bytes)})`;
  if (summary.isInterrupted && copied === 0 && others.length === 0)
    return 'stopped before anything was copied';
  const end = summary.isInterrupted ? '; stopped before the end: run it again to go on' : '';
  return [`${verb} ${what}`, ...others].join(', ') + end;
}

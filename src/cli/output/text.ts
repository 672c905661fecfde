import type { Report, SyncEvent } from '../../model/events.ts';
import { actionText, requestText } from './action-text.ts';
import { Causes } from './causes.ts';
import { budgetText } from '../../model/pace.ts';
import { printable } from '../../model/printable.ts';
import { loadText, unloadedText } from './load/load-text.ts';
import { notLoadedText } from '../../model/pipelines.ts';
import { paceText } from './pace-text.ts';
import { duration } from './quantities.ts';
import type { Reader } from './reader.ts';
import { reportText } from './report-text.ts';
import type { PlannedCost } from './report-text.ts';
import { transferWords, UPLOADS } from '../../model/transfer-words.ts';

export interface TextOptions {
  /** Every action, every attempt, every problem. */
  readonly verbose: boolean;
  /** Only what went wrong. */
  readonly quiet: boolean;
  /** Takes results: planned actions, done actions, the report. */
  readonly result: (line: string) => void;
  /** Takes what went wrong or is worth knowing on the way. */
  readonly notice: (line: string) => void;
}

/** A run in plain lines. */
export function textReader(options: TextOptions): Reader {
  const { verbose, quiet } = options;
  const causes = new Causes(verbose);
  let plan: PlannedCost | undefined;
  let words = UPLOADS;
  let toldOfThrottle = false;
  /** Of the line before, where that told of trouble. */
  let lastReason: string | undefined;
  /** Shown before the first result only: a run that fails at once is the line of its error and nothing else. */
  let title: string | undefined;

  const result = (line: string): void => {
    if (quiet) return;
    lastReason = undefined;
    if (title !== undefined) options.result(title);
    title = undefined;
    options.result(line);
  };

  const notice = (line: string): void => {
    lastReason = undefined;
    options.notice(line);
  };

  const trouble = (severity: 'warning' | 'failure', code: string, path: string, message: string): void => {
    if (!causes.add(severity, code, path, message)) return;
    if (quiet && severity === 'warning') return;
    const label = severity === 'failure' ? 'failed' : 'warning';
    // the path is news, the reason is not
    const reason = `${label} ${message}`;
    const told = reason === lastReason ? 'the same' : printable(message);
    lastReason = reason;
    options.notice(`${label}: ${printable(path) || 'the whole source'}: ${told}`);
  };

  const onEvent = (event: SyncEvent): void => {
    switch (event.type) {
      case 'pass:started':
        words = transferWords(event.destination);
        title = `${printable(event.source)} -> ${printable(event.destination)}`;
        break;
      case 'plan':
        plan = event;
        break;
      case 'planned':
        result(`would ${actionText(event, words)}`);
        break;
      case 'action':
        if (event.outcome !== 'done') {
          const severity = event.outcome === 'failed' ? 'failure' : 'warning';
          trouble(severity, event.error.code, event.path, event.error.message);
        } else if (verbose) result(`${actionText(event, words)}  ${duration(event.ms)}`);
        break;
      case 'problem':
        trouble(event.severity, event.code, event.path, event.message);
        break;
      case 'retry':
        if (verbose)
          notice(
            `retry: ${requestText(event, words)}, attempt ${event.attempt} in ${duration(event.waitMs)}: ${printable(event.error.message)}`,
          );
        break;
      case 'throttled':
        if (!quiet && (verbose || !toldOfThrottle))
          notice(
            `Stage asks for fewer requests: pausing ${duration(event.pauseMs)}, then ${event.requestsPerSecond.toFixed(1)} a second`,
          );
        toldOfThrottle = true;
        break;
      case 'budget':
        notice(printable(budgetText(event)));
        break;
      case 'load':
        if (event.outcome === 'loaded') {
          if (verbose) result(loadText(event));
        } else trouble('failure', event.outcome, event.path, notLoadedText(event));
        break;
      case 'reload':
        if (event.sent && verbose)
          result(
            `read again: ${printable(event.path)}${event.name === undefined ? '' : ` as ${printable(event.name)}`} by ${printable(event.pipeline)}`,
          );
        break;
      case 'unloaded':
        if (!quiet) notice(unloadedText(event));
        break;
      case 'pace':
        // that there is not more to do is no news of the destination
        if (verbose && event.why !== 'demand') notice(`pace: ${paceText(event)}`);
        break;
      case 'listing':
      case 'transfer':
      case 'workers':
      case 'report':
        break;
    }
  };

  return {
    onEvent,
    finish(report, error) {
      if (error !== undefined && !hasNews(report)) return;
      for (const line of reportText(report, causes.list(), error, plan, words)) result(line);
    },
    abandon: () => undefined,
  };
}

/** Whether a report says more than the error that ended its run. */
const hasNews = (report: Report): boolean =>
  report.uploaded + report.moved + report.removed + report.foldersCreated + report.foldersRemoved > 0 ||
  report.failed + report.skipped + report.adopted > 0;

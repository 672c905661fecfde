import { pino, type Logger } from 'pino';
import type { PrettyStream } from 'pino-pretty';
import type { ProblemCode } from '../../model/entry.ts';
import type { ErrorData } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import { isChanging } from '../../sync/unsettled-paths.ts';
import type { PassSummary, WatchEvent } from '../../sync/watch/watch-events.ts';
import type { HostStream } from '../process/host.ts';
import { transferWords, UPLOADS } from '../../model/transfer-words.ts';
import { actionText, requestText } from './action-text.ts';
import { budgetText } from '../../model/pace.ts';
import { printable } from '../../model/printable.ts';
import { count, counted, duration } from './quantities.ts';

export interface LogFlags {
  readonly log?: 'text' | 'json';
  readonly quiet?: true;
  readonly verbose?: true;
}

type Facts = object;

/** Troubles that were logged already are not repeated with every try, up to so many. */
const REMEMBERED = 1000;

/** Troubles on the way to the table: their messages name a pipeline or a database, not the source. */
const OF_LOADING: ReadonlySet<ProblemCode> = new Set(['rows_may_double', 'load_unknown']);

function subjectOf({ path, code }: { readonly path: string; readonly code: ProblemCode }): string {
  if (path !== '') return `${path}: `;
  return OF_LOADING.has(code) ? '' : 'the source: ';
}

/** Text for a person at a terminal, one JSON object a line for anything else, unless a flag says which. */
export async function openWatchLog(stream: HostStream, flags: LogFlags): Promise<WatchLog> {
  const asText = flags.log === undefined ? stream.isTTY === true : flags.log === 'text';
  if (!asText) return new WatchLog(loggerTo(stream, flags));
  const { build } = await import('pino-pretty');
  const text = build({
    destination: stream,
    colorize: stream.isTTY === true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
    // the message says everything; the fields are for machines
    hideObject: true,
    sync: true,
  });
  return new WatchLog(loggerTo(text, flags), () => text.end());
}

const loggerTo = (stream: HostStream | PrettyStream, flags: LogFlags): Logger =>
  pino(
    {
      base: null,
      level: flags.quiet ? 'warn' : flags.verbose ? 'debug' : 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  );

/** A state as the log has it; a daemon of many jobs knows more of them than a watch. */
interface LoggedState {
  readonly type: 'state';
  readonly state: string;
  readonly reason: string | undefined;
}

/** The log of a watch, or of a daemon of many jobs. */
export class WatchLog {
  readonly #logger: Logger;
  readonly #onClose: () => void;
  #words = UPLOADS;
  #told = new Set<string>();
  /** Of the pass that is running. */
  #met = new Set<string>();

  constructor(logger: Logger, onClose: () => void = () => undefined) {
    this.#logger = logger;
    this.#onClose = onClose;
  }

  /** The log of one of many jobs: each line names it. */
  ofJob(name: string): WatchLog {
    return new WatchLog(this.#logger.child({ job: name }, { msgPrefix: `${printable(name)}: ` }));
  }

  info(message: string, facts: Facts): void {
    this.#logger.info(facts, printable(message));
  }

  warn(message: string, facts: Facts): void {
    this.#logger.warn(facts, printable(message));
  }

  close(): void {
    this.#onClose();
  }

  onEvent(event: Exclude<WatchEvent, { readonly type: 'state' }> | LoggedState): void {
    switch (event.type) {
      case 'state': {
        const bad = event.state === 'halted' || event.state === 'backing_off';
        const message = `${event.state.replace('_', ' ')}${event.reason === undefined ? '' : `: ${event.reason}`}`;
        this.#logger[bad ? 'warn' : 'debug'](
          { event: 'state', state: event.state, reason: event.reason },
          printable(message),
        );
        break;
      }
      case 'notice':
        this.#logger.warn({ event: 'notice' }, printable(event.message));
        break;
      case 'pass':
        this.#pass(event);
        break;
      case 'sync':
        this.#sync(event.event);
        break;
    }
  }

  #pass({ folders, reason, report, error }: PassSummary): void {
    const { uploaded, moved, removed, failed, foldersCreated, foldersRemoved, durationMs } = report;
    const changes = uploaded + moved + removed + failed + foldersCreated + foldersRemoved;
    const scope = folders === undefined ? 'everything' : counted(folders, 'folder');
    const facts = { event: 'pass', scope, reason, report, error: error?.code };
    const parts = [
      uploaded > 0 ? `${count(uploaded)} ${this.#words.done}` : '',
      moved > 0 ? `${count(moved)} moved` : '',
      removed > 0 ? `${count(removed)} removed` : '',
      foldersCreated > 0 ? `${counted(foldersCreated, 'folder')} created` : '',
      foldersRemoved > 0 ? `${counted(foldersRemoved, 'folder')} removed` : '',
      failed > 0 ? `${count(failed)} failed` : '',
      report.emptySource === true ? 'the source has no file to sync' : '',
    ].filter((part) => part !== '');
    const counts = parts.join(', ') || (error === undefined ? 'nothing to do' : 'nothing done');
    const took = duration(durationMs);
    const message =
      error === undefined
        ? `looked at ${scope} (${reason}): ${counts}, ${took}`
        : `the look at ${scope} (${reason}) ended early, with ${counts}, ${took}: ${error.message}`;
    // trouble that a look at everything did not meet is over: should it come again, it is news
    if (folders === undefined && error === undefined && failed === 0) this.#told = this.#met;
    this.#met = new Set();
    // a pass that was stopped is no trouble
    const broken = error !== undefined && error.code !== 'interrupted';
    const level = broken || failed > 0 ? 'warn' : changes > 0 || folders === undefined ? 'info' : 'debug';
    this.#logger[level](facts, printable(message));
  }

  #sync(event: SyncEvent): void {
    if (event.type === 'pass:started') this.#words = transferWords(event.destination);
    else if (event.type === 'action' && event.outcome === 'done')
      this.#logger.debug(event, printable(actionText(event, this.#words)));
    else if (event.type === 'action')
      this.#trouble(event.error.code, event.path, event, `${event.path}: ${event.error.message}`);
    else if (event.type === 'problem')
      this.#trouble(event.code, event.path, event, `${subjectOf(event)}${event.message}`);
    else if (event.type === 'retry')
      this.#logger.debug(
        event,
        `again in ${duration(event.waitMs)}: ${requestText(event, this.#words)}: ${printable(event.error.message)}`,
      );
    else if (event.type === 'budget')
      this.#logger[event.reached ? 'info' : 'warn'](event, printable(budgetText(event)));
    else if (event.type === 'throttled')
      this.#logger.info(
        event,
        `Stage asks for fewer requests: ${event.requestsPerSecond.toFixed(1)} a second`,
      );
  }

  /** Logs a trouble as a warning the first time, then only with --verbose; trouble that only says that files change, always so. */
  #trouble(code: ProblemCode | ErrorData['code'], path: string, facts: Facts, message: string): void {
    const key = `${code} ${path}`;
    const first = !isChanging(code) && !this.#told.has(key);
    for (const known of [this.#told, this.#met]) if (known.size >= REMEMBERED) known.clear();
    this.#told.add(key);
    this.#met.add(key);
    this.#logger[first ? 'warn' : 'debug'](facts, printable(message));
  }
}

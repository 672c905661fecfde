import { awaitedAfter } from '../../../api/waiting/after-change.ts';
import type { AnyInput, InputOf, Operation } from '../../../api/operation.ts';
import { isSyncError, SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { confirm, type Confirmation } from './confirm.ts';
import { printRequest } from './dry-run.ts';
import type { Row } from '../printing/fields.ts';
import type { Run } from '../run.ts';
import { waitForEnd } from './waiting.ts';

/** One change of one thing, as data: what is asked first, what is sent, what is waited for, what is printed. */
export interface Change<O extends Operation = Operation> {
  /** 'workspace etl', for sentences. Not escaped. */
  readonly thing: string;
  readonly operation: O;
  readonly input: InputOf<O>;
  /** Why nothing needs to be sent: 'is SUSPENDED already'. Then `shown` is printed. */
  readonly already?: string | undefined;
  readonly confirmation?: Confirmation | undefined;
  /** Said on stderr before the request, a line each: 'size  S-1 -> S-2'. */
  readonly announce?: readonly string[] | undefined;
  /** The command that waits on, or looks: 'workspaces wait ID --for active'. */
  readonly again: (reply: Row) => string;
  /** The ID, which is printed alone with --no-wait. */
  readonly idOf: (reply: Row) => string;
  /** What is known of the thing, where nothing was sent or there is nothing to wait for. */
  readonly shown?: Row | undefined;
  /** Takes a password that the reply brings at once, before the end is waited for: it is shown this once. */
  readonly onPassword?: ((password: string, reply: Row) => Promise<void>) | undefined;
  /** The command that sets another password, where the service makes one that a lost reply takes along. */
  readonly setsPassword?: ((reply: Row) => string) | undefined;
  /** Prints the thing as it is in the end. */
  readonly print: (row: Row) => void | Promise<void>;
}

/**
 * Makes a change: shows it with --dry-run, asks for what has to be confirmed, sends it, waits for its end, prints the thing.
 * Rejects with a SyncError: `api_wait_failed` where the thing ended up FAILED, `api_wait_timeout` after --wait-timeout.
 */
export async function change<O extends Operation>(run: Run, made: Change<O>): Promise<ExitStatus> {
  const { thing, operation, input } = made;
  if (run.flags.dryRun === true) {
    if (made.already !== undefined)
      run.err.line(`stagesync: ${printable(`${thing} ${made.already}`)}; nothing would be sent`);
    else printRequest(run, operation, input as AnyInput);
    return EXIT.clean;
  }
  if (made.already !== undefined) {
    run.err.line(`stagesync: ${printable(`${thing} ${made.already}`)}`);
    await made.print(made.shown ?? {});
    return EXIT.clean;
  }
  if (made.confirmation !== undefined) await confirm(run, made.confirmation);
  for (const line of made.announce ?? []) run.err.line(line);
  const { adminPassword, password = adminPassword, ...reply } = await sent(run, made);
  if (typeof password === 'string' && password !== '') await made.onPassword?.(password, reply);
  else if (made.setsPassword !== undefined)
    run.err.line(
      `stagesync: the password that was made for ${printable(thing)} is not known: the reply with it was lost. To set another: stagesync ${made.setsPassword(reply)}`,
    );
  const awaited = awaitedAfter(operation, { input: input as AnyInput, reply, what: thing });
  if (awaited === undefined) {
    await made.print({ ...made.shown, ...reply });
    return EXIT.clean;
  }
  if (run.flags.wait === false) {
    const id = made.idOf(reply);
    run.out.line(run.flags.json === true ? JSON.stringify(reply) : printable(id));
    return EXIT.clean;
  }
  const end = (await waitForEnd(run, awaited, made.again(reply))) as Row | undefined;
  await made.print({ ...made.shown, ...end });
  return EXIT.clean;
}

async function sent<O extends Operation>(run: Run, { thing, operation, input }: Change<O>): Promise<Row> {
  try {
    const reply: unknown = await run.api.call(operation, input);
    return (reply ?? {}) as Row;
  } catch (error) {
    if (!isSyncError(error) || error.code !== 'interrupted') throw error;
    throw new SyncError(
      'interrupted',
      `stopped while the request to ${operation.does} ${printable(thing)} was under way: whether the service took it is not known; look before it is made again`,
      { verdict: 'end_run', cause: error },
    );
  }
}

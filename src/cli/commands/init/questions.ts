import { confirm, intro, isCancel, select, text } from '@clack/prompts';
import { SyncError } from '../../../model/errors.ts';
import type { NewJob } from '../../../jobs-file/new-file.ts';
import { machineTimeZone } from '../../../jobs-file/schedule.ts';
import type { Context } from '../../context.ts';
import {
  judgeCron,
  judgeName,
  judgePlace,
  usualName,
  wantsToken,
  type Given,
  type Judge,
} from './answers.ts';

/** Asks for what is not given. Rejects with `interrupted` when the person leaves. */
export async function askForJob(context: Context, given: Given): Promise<NewJob> {
  const asking = new Asking(context);
  intro('A first jobs file', asking.at);
  const from =
    given.from ??
    (await asking.text('What is copied?', judgePlace, {
      placeholder: 'data, or s3://bucket/prefix/',
    }));
  const to =
    given.to ??
    (await asking.text('Where does it go?', judgePlace, {
      initialValue: `stage://local/${usualName(from)}`,
      placeholder: 'stage://DEPLOYMENT/PATH; stage://local/PATH is on this machine',
    }));
  const name =
    given.name ?? (await asking.text('A name for the job?', judgeName, { initialValue: usualName(from) }));
  const when = given.when ?? (await askWhen(asking));
  const removes =
    given.removes ??
    (await asking.yes('Remove at the destination what the source no longer has?', { usual: false }));
  const tokenFile = given.tokenFile ?? (await askForToken(asking, context, { from, to }));
  return { from, to, name, when, removes, ...(tokenFile !== undefined && { tokenFile }) };
}

async function askWhen(asking: Asking): Promise<NewJob['when']> {
  const kind = await asking.choice('When does it run?', [
    { value: 'asked', label: 'when asked for', hint: 'stagesync run, an orchestrator' },
    { value: 'schedule', label: 'on a schedule', hint: 'a cron line' },
    { value: 'watch', label: 'all the time', hint: 'as changes happen' },
  ]);
  if (kind !== 'schedule') return { kind: kind === 'watch' ? 'watch' : 'asked' };
  const timeZone = machineTimeZone();
  const cron = await asking.text(
    `Minute, hour, day, month, weekday? (${timeZone})`,
    (answer) => judgeCron(answer, timeZone),
    { initialValue: '30 2 * * *' },
  );
  return { kind, cron, timeZone };
}

async function askForToken(
  asking: Asking,
  { environment }: Context,
  ends: Given,
): Promise<string | undefined> {
  if (!wantsToken(ends)) return undefined;
  const isSet = environment.token !== undefined;
  const where = await asking.choice('Where is the API token?', [
    {
      value: 'environment',
      label: 'in the environment',
      hint: `SINGLESTOREDB_MANAGEMENT_TOKEN, ${isSet ? 'set' : 'not set here'}`,
    },
    { value: 'file', label: 'in a file' },
  ]);
  if (where === 'environment') return undefined;
  return asking.text(
    'Which file? It holds the token alone',
    (answer) => (answer === '' ? 'name a file' : undefined),
    {
      initialValue: '~/.config/stagesync/token',
    },
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Questions at the terminal of the host: they stand on stderr, because results go to stdout. */
class Asking {
  readonly at;

  constructor({ host, stop }: Context) {
    this.at = { input: host.stdin!, output: host.stderr, signal: stop.draining };
  }

  async text(
    message: string,
    judge: Judge,
    more: { readonly placeholder?: string; readonly initialValue?: string },
  ): Promise<string> {
    const validate = (answer: string | undefined): string | undefined => judge((answer ?? '').trim());
    return answered(await text({ message, validate, ...more, ...this.at })).trim();
  }

  async yes(message: string, { usual }: { readonly usual: boolean }): Promise<boolean> {
    return answered(await confirm({ message, initialValue: usual, ...this.at }));
  }

  async choice(message: string, options: readonly Choice[]): Promise<string> {
    return answered(await select({ message, options: [...options], ...this.at }));
  }
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer))
    throw new SyncError('interrupted', 'stopped; nothing was written', { verdict: 'end_run' });
  return answer as Exclude<T, symbol>;
}

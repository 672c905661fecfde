import { SyncError } from '../../model/errors.ts';
import { BYTE_RATE_FORM, parseByteRate } from '../../model/quantities/byte-amount.ts';
import { parseRedisUrl, type RedisUrl } from '../redis/redis-url.ts';

/** The budget that somebody named, as it was written. */
export interface BudgetSetting {
  /** May have a password. */
  readonly url: string;
  /** The flag, variable or key that has it, for messages. */
  readonly from: string;
  /** Whether others can read the text, as they can a command line. */
  readonly isPublic: boolean;
}

export interface BudgetAddress {
  readonly redis: RedisUrl;
  /** The name of the budget; undefined: that of the deployment. */
  readonly name: string | undefined;
  /** Requests a second of all users together, where somebody knows what is allowed. */
  readonly rate: number | undefined;
  /** Bytes of content a second of all users together, both ways; undefined: no such limit. */
  readonly bytes: number | undefined;
}

/** What the address of a budget may say after the `?`; that of a queue may too, because whoever shares a queue shares its pace. */
export const BUDGET_PARAMETERS = ['rate', 'bytes', 'name'] as const;

/** The variable that names a budget; unlike a command line it may have a password. */
export const BUDGET_VARIABLE = 'STAGESYNC_BUDGET_URL';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/;

/** 'redis://host/0?rate=195&bytes=10MB&name=landing'. Throws `config`, without a password, where it is no such address. */
export function parseBudget({ url, from, isPublic }: BudgetSetting): BudgetAddress {
  const redis = parseRedisUrl(url, {
    from,
    // whoever shares a queue shares its pace, and has named the queue alone
    variable: from === '--queue' ? 'STAGESYNC_QUEUE_URL' : BUDGET_VARIABLE,
    mayHavePassword: !isPublic,
    parameters: BUDGET_PARAMETERS,
  });
  const { parameters } = redis;
  const name = parameters.get('name');
  if (name !== undefined && !NAME.test(name))
    throw mistaken(`the name in ${from} has to be of letters, digits and "_.:/-", 100 at most`);
  const text = parameters.get('rate');
  const rate = text === undefined ? undefined : Number(text);
  if (text !== undefined && !(/^\d+(\.\d+)?$/.test(text) && rate! > 0))
    throw mistaken(`the rate in ${from} has to be requests a second, as a number greater than 0: rate=195`);
  const amount = parameters.get('bytes');
  const bytes = amount === undefined ? undefined : parseByteRate(amount);
  if (amount !== undefined && bytes === undefined)
    throw mistaken(`the bytes in ${from} are no rate: bytes=10MB. ${BYTE_RATE_FORM}`);
  return { redis, name, rate, bytes };
}

const mistaken = (message: string): SyncError => new SyncError('config', message, { verdict: 'end_run' });

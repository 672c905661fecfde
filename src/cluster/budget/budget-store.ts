import type { Redis } from 'ioredis';
import { BUDGET_RULES, REDIS_TIME } from './budget-script.lua.ts';
import { StoredScript } from './stored-script.ts';

/** What one process takes of a budget at once. */
export interface TakeOptions {
  readonly user: string;
  readonly turns: number;
  /** Whether requests wait for these turns. */
  readonly held: boolean;
  /** Whether something succeeded since the question before. */
  readonly worked: boolean;
  /** Requests a second that the user said. */
  readonly toldRate: number | undefined;
  /** The rate of the answer before, for a server that has lost it. */
  readonly knownRate: number | undefined;
}

/** All times by the clock of the server, in milliseconds. */
export interface Grant {
  readonly now: number;
  /** Requests a second of all users together, as refusals have taught; undefined: there was none. */
  readonly rate: number | undefined;
  /** Processes that asked lately. */
  readonly users: number;
  readonly pausedUntil: number;
  /** When each request may start, the earliest first. */
  readonly due: readonly number[];
}

export interface RefusalOptions {
  readonly startedAt: number;
  readonly retryAfterMs: number | undefined;
  readonly answerMs: number | undefined;
  readonly knownRate: number | undefined;
}

export interface Slowdown {
  readonly now: number;
  readonly rate: number;
  /** False: the refusal belongs to a slowdown already made. */
  readonly isNew: boolean;
  readonly pausedUntil: number;
  readonly pauseMs: number;
}

export interface GiveOptions {
  readonly user: string;
  /** Whether the user has ended, and does not count any more. */
  readonly leaves: boolean;
  /** Of the grant that the turns are of, or of a later one. */
  readonly pausedUntil: number;
  /** When the turns are due. */
  readonly due: readonly number[];
}

/** A pause that somebody caused. */
export interface PauseNotice {
  /** How long it lasts from now on, in milliseconds. */
  readonly ms: number;
  /** By the clock of the server. */
  readonly until: number;
}

/** What a budget is asked. Everything rejects, soon, when nobody answers. */
export interface BudgetStore {
  take(options: TakeOptions): Promise<Grant>;
  refused(options: RefusalOptions): Promise<Slowdown>;
  shortenPause(longestMs: number): Promise<void>;
  /** Gives back turns that are not wanted: others get those that are still to come. */
  give(options: GiveOptions): Promise<void>;
  /** `listener` hears of each pause, whoever caused it. Turns that were taken before are void. */
  onPause(listener: (pause: PauseNotice) => void): void;
}

type ScriptClient = Pick<Redis, 'eval' | 'evalsha' | 'on'>;

/** The budget of this name on a server. The pauses of `key` have to be subscribed to by whoever opened the client. */
export class RedisBudgetStore implements BudgetStore {
  readonly #client: ScriptClient;
  readonly #key: string;
  readonly #script: StoredScript;

  /** `time`: the part of the script that sets `now`; tests give another. */
  constructor(client: ScriptClient, key: string, time: string = REDIS_TIME) {
    this.#client = client;
    this.#key = key;
    this.#script = new StoredScript(client, time + BUDGET_RULES, [key, `${key}:users`, `${key}:returned`]);
  }

  async take({ user, turns, held, worked, toldRate, knownRate }: TakeOptions): Promise<Grant> {
    const flags = [held, worked].map((flag) => (flag ? '1' : '0'));
    const reply = await this.#script.run(
      'take',
      user,
      String(turns),
      ...flags,
      textOf(toldRate),
      textOf(knownRate),
    );
    const [now = '', rate = '', users = '', pausedUntil = '', ...due] = reply;
    return {
      now: Number(now),
      rate: rate === '' ? undefined : Number(rate),
      users: Number(users),
      pausedUntil: Number(pausedUntil),
      due: due.map(Number),
    };
  }

  async refused({ startedAt, retryAfterMs, answerMs, knownRate }: RefusalOptions): Promise<Slowdown> {
    const numbers = [startedAt, retryAfterMs, answerMs, knownRate].map(textOf);
    const [now, rate, isNew, pausedUntil, pauseMs] = await this.#script.run('refused', ...numbers);
    return {
      now: Number(now),
      rate: Number(rate),
      isNew: isNew === '1',
      pausedUntil: Number(pausedUntil),
      pauseMs: Number(pauseMs),
    };
  }

  async shortenPause(longestMs: number): Promise<void> {
    await this.#script.run('shorten', String(longestMs));
  }

  async give({ user, leaves, pausedUntil, due }: GiveOptions): Promise<void> {
    await this.#script.run('give', user, leaves ? '1' : '0', String(pausedUntil), ...due.map(String));
  }

  /** How the budget does, which stays as it is. */
  async look(): Promise<Omit<Grant, 'due'>> {
    const [now, rate, users, pausedUntil] = await this.#script.run('look');
    return {
      now: Number(now),
      rate: rate === '' ? undefined : Number(rate),
      users: Number(users),
      pausedUntil: Number(pausedUntil),
    };
  }

  onPause(listener: (pause: PauseNotice) => void): void {
    this.#client.on('message', (channel: string, text: string) => {
      const [ms, until] = text.split(' ').map(Number);
      if (channel === this.#key) listener({ ms: ms!, until: until! });
    });
  }
}

const textOf = (number: number | undefined): string => (number === undefined ? '' : String(number));

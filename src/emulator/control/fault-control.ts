import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestInfo } from '../request-info.ts';
import type { FaultRule, Faults, RetryAfterForm, Verb } from './faults.ts';
import { drawLatency, seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { Refusal } from '../http/refusal.ts';
import { TokenBucket } from './token-bucket.ts';

/** The faults that one request suffers: the latency, and the rule that applies to it. */
export interface ChosenFaults {
  readonly rule: FaultRule | undefined;
  readonly latencyMs: number;
}

/** The faults in force. Setting them starts all counts, chances and rates anew. */
export class FaultControl {
  readonly #initial: Faults;
  #faults: Faults = {};
  #random: Random = seededRandom(1);
  #rules: { rule: FaultRule; patterns: Patterns; matched: number; applied: number }[] = [];
  #rate: TokenBucket | undefined;
  #upload: TokenBucket | undefined;
  #download: TokenBucket | undefined;

  constructor(initial: Faults = {}) {
    this.#initial = initial;
    this.set(initial);
  }

  get current(): Faults {
    return this.#faults;
  }

  /** Replaces all faults; `{}` ends them. */
  set(faults: Faults): void {
    this.#faults = faults;
    this.#random = seededRandom(faults.seed ?? 1);
    this.#rules = (faults.rules ?? []).map((rule) => ({
      rule,
      patterns: patternsOf(rule),
      matched: 0,
      applied: 0,
    }));
    const { rateLimit, bandwidth } = faults;
    const now = performance.now();
    this.#rate =
      rateLimit &&
      new TokenBucket(rateLimit.perSecond, rateLimit.burst ?? Math.max(1, rateLimit.perSecond), now);
    this.#upload = bandwidthLimit(bandwidth?.upload, now);
    this.#download = bandwidthLimit(bandwidth?.download, now);
  }

  /** Back to what the emulator was started with. */
  reset(): void {
    this.set(this.#initial);
  }

  /**
   * Decides once, when the request arrives. Throws the 429 of a rate limit.
   * @internal
   */
  decide(info: RequestInfo): ChosenFaults {
    this.#checkRate();
    let latencyMs = 0;
    const { latency } = this.#faults;
    const drawn = latency && (latency[info.kind] ?? latency[info.verb as Verb] ?? latency.all);
    if (drawn !== undefined) latencyMs = drawLatency(drawn, this.#random);
    const rule = this.#rules.length === 0 ? undefined : this.#ruleFor(info);
    if (rule?.fault === 'delay') latencyMs += drawLatency(rule.latency, this.#random);
    return { rule, latencyMs };
  }

  /**
   * The error reply that a rule asks for.
   * @internal
   */
  refusal(rule: FaultRule & { fault: 'status' }): Refusal {
    const statuses = typeof rule.status === 'number' ? [rule.status] : rule.status;
    const status = statuses[Math.floor(this.#random() * statuses.length)] ?? 500;
    const { retryAfter, retryAfterSeconds = 1 } = rule;
    const asked = retryAfter !== undefined || rule.retryAfterSeconds !== undefined;
    const headers = asked ? retryAfterHeader(retryAfter ?? 'seconds', retryAfterSeconds) : {};
    return new Refusal(status, rule.text ?? textOf(status), { ...headers, ...rule.headers });
  }

  /** @internal */
  waitForUpload(bytes: number): Promise<void> | undefined {
    return waitOn(this.#upload, bytes);
  }

  /** @internal */
  waitForDownload(bytes: number): Promise<void> | undefined {
    return waitOn(this.#download, bytes);
  }

  /** @internal */
  get shapesDownloads(): boolean {
    return this.#download !== undefined;
  }

  #checkRate(): void {
    const waitMs = this.#rate?.take(1, performance.now()) ?? 0;
    if (waitMs === 0) return;
    const { retryAfter = 'seconds', retryAfterSeconds = Math.ceil(waitMs / 1000) } = this.#faults.rateLimit!;
    throw new Refusal(429, textOf(429), retryAfterHeader(retryAfter, retryAfterSeconds));
  }

  #ruleFor(info: RequestInfo): FaultRule | undefined {
    let chosen: FaultRule | undefined;
    for (const state of this.#rules) {
      const { rule } = state;
      if (!matches(rule, state.patterns, info)) continue;
      state.matched++;
      if (rule.nth !== undefined && !includes(rule.nth, state.matched)) continue;
      if (rule.every !== undefined && state.matched % rule.every !== 0) continue;
      if (rule.times !== undefined && state.applied >= rule.times) continue;
      if (rule.rate !== undefined && this.#random() >= rule.rate) continue;
      if (chosen !== undefined) continue;
      state.applied++;
      chosen = rule;
    }
    return chosen;
  }
}

interface Patterns {
  readonly path: RegExp | undefined;
  readonly sql: RegExp | undefined;
}

const patternsOf = ({ pathPattern, sqlPattern }: FaultRule): Patterns => ({
  path: pathPattern === undefined ? undefined : new RegExp(pathPattern, 'u'),
  sql: sqlPattern === undefined ? undefined : new RegExp(sqlPattern, 'iu'),
});

function matches(rule: FaultRule, { path, sql }: Patterns, info: RequestInfo): boolean {
  return (
    (rule.verb === undefined || includes<string>(rule.verb, info.verb)) &&
    (rule.kind === undefined || isOfKind(rule.kind, info)) &&
    (rule.path === undefined || rule.path === info.path) &&
    (path === undefined || path.test(info.path)) &&
    (sql === undefined || (info.sql !== undefined && sql.test(info.sql))) &&
    (rule.deployment === undefined || rule.deployment === info.deployment)
  );
}

function isOfKind(kinds: FaultRule['kind'], { kind, operation }: RequestInfo): boolean {
  return [kinds ?? []]
    .flat()
    .some((each) =>
      typeof each === 'string'
        ? each === kind
        : each.area === operation?.area &&
          (each.operation === undefined || each.operation === operation.operation),
    );
}

function includes<T extends string | number>(allowed: T | readonly T[], value: T): boolean {
  return typeof allowed === 'object' ? allowed.includes(value) : allowed === value;
}

/**
 * A limit for one direction. The bytes of a tenth of a second may pass at once: few enough for an even flow, enough
 * to need few timers.
 */
function bandwidthLimit(bytesPerSecond: number | undefined, now: number): TokenBucket | undefined {
  return bytesPerSecond === undefined ? undefined : new TokenBucket(bytesPerSecond, bytesPerSecond / 10, now);
}

function waitOn(bucket: TokenBucket | undefined, bytes: number): Promise<void> | undefined {
  const waitMs = bucket?.owe(bytes, performance.now()) ?? 0;
  return waitMs > 0 ? sleep(waitMs) : undefined;
}

function retryAfterHeader(form: RetryAfterForm, seconds: number): Record<string, string> {
  if (form === 'none') return {};
  return {
    'retry-after': form === 'seconds' ? String(seconds) : new Date(Date.now() + seconds * 1000).toUTCString(),
  };
}

function textOf(status: number): string {
  return (
    {
      429: 'too many requests',
      500: 'internal server error',
      502: 'bad gateway',
      503: 'service unavailable',
      504: 'gateway timeout',
    }[status] ?? `status ${status}`
  );
}

import type { DisasterRecoveryEvent } from './disaster-recovery-timeline.ts';

/** What a workspace group is at a time, computed from what was done to it. Times are milliseconds since 1970. */
export type GroupPhase = 'creating' | 'active' | 'failed' | 'terminated';

export interface Firewall {
  readonly ranges: readonly string[];
  readonly allowAllTraffic: boolean;
}

export type GroupEvent = { readonly at: number } & (
  | { readonly did: 'create'; readonly done: number; readonly fails?: boolean }
  /** Holds from `done` on. */
  | ({ readonly did: 'setFirewall'; readonly done: number } & Firewall)
  | { readonly did: 'setExpiry'; readonly expires: number | null }
  /** `bytes`: what its Stage held then. */
  | { readonly did: 'terminate'; readonly bytes: number }
  | DisasterRecoveryEvent
);

export interface GroupView {
  readonly phase: GroupPhase;
  readonly since: number;
  readonly before: GroupPhase;
  readonly createdAt: number;
  /** When it became, or becomes, active. */
  readonly activeAt: number;
  /** When it ends, as far as is known at that time. */
  readonly endsAt: number;
  readonly terminatedAt: number | undefined;
  readonly expires: number | undefined;
  /** Undefined until the service knows it, which is later than ACTIVE. */
  readonly firewall: Firewall | undefined;
  /** The bytes of its Stage when it was terminated. */
  readonly lastBytes: number | undefined;
}

export function groupAt(history: readonly GroupEvent[], now: number): GroupView {
  let createdAt = 0;
  let activeAt = Infinity;
  let fails = false;
  let endsAt = Infinity;
  let expires: number | undefined;
  let firewall: Firewall | undefined;
  let lastBytes: number | undefined;
  for (const event of history) {
    if (event.at > now || event.at >= endsAt) break;
    if (event.did === 'create') {
      createdAt = event.at;
      activeAt = event.done;
      fails = event.fails === true;
    } else if (event.did === 'setFirewall') {
      if (event.done <= now) firewall = { ranges: event.ranges, allowAllTraffic: event.allowAllTraffic };
    } else if (event.did === 'setExpiry') {
      expires = event.expires ?? undefined;
      endsAt = expires ?? Infinity;
    } else if (event.did === 'terminate') {
      endsAt = event.at;
      lastBytes = event.bytes;
    }
  }
  const isOver = endsAt <= now;
  const settled: GroupPhase = fails ? 'failed' : 'active';
  const alive: GroupPhase = now < activeAt ? 'creating' : settled;
  const before: GroupPhase = isOver && endsAt > activeAt ? settled : 'creating';
  return {
    phase: isOver ? 'terminated' : alive,
    since: isOver ? endsAt : now < activeAt ? createdAt : activeAt,
    before,
    createdAt,
    activeAt,
    endsAt,
    terminatedAt: isOver ? endsAt : undefined,
    expires,
    firewall,
    lastBytes,
  };
}

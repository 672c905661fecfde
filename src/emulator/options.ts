import type { Behaviour, BehaviourControl } from './control/behaviour.ts';
import type { Counters } from './control/counters.ts';
import type { FaultControl } from './control/fault-control.ts';
import type { Faults } from './control/faults.ts';
import type { Clock } from './management/world/clock.ts';
import type { RequestHook, RequestRecord } from './request-info.ts';
import type { GeneratedTree } from './stage/generated-tree.ts';

/** A workspace group (at v2: a cluster) or a starter workspace: something that has a Stage. */
export interface Deployment {
  /** A UUID in lower case. */
  readonly id: string;
  readonly name: string;
}

/** The deployment that exists when none is asked for. Its ID is the same everywhere, for ever. */
export const LOCAL_DEPLOYMENT: Deployment = Object.freeze({
  id: '2cfea4c8-67f9-5553-8c2f-22457fbc335d',
  name: 'local',
});

/**
 * A plain string is an ID when it is a UUID, a name otherwise. A name without an ID gets one that is made from the name
 * alone; an ID without a name is its own name.
 */
export type DeploymentOption =
  string | { readonly id?: string; readonly name?: string; readonly kind?: 'group' | 'starter' };

export interface EmulatorOptions {
  /** 0 (the default) takes any free port. The download port is always a free one. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /**
   * Names or addresses, without ports, that requests may name as their Host beside `host`, `localhost` and the
   * address they came to; other requests are answered 403.
   */
  readonly allowedHosts?: readonly string[];
  /** Made when missing; several emulators may use one at the same time. Absent: a temporary one, deleted by close(). */
  readonly dataDir?: string;
  /** The bearer token that clients must send; a random one when absent. */
  readonly token?: string;
  /** More tokens that are accepted, by a name for each: `by` of a request then says which of several clients sent it. */
  readonly otherTokens?: Readonly<Record<string, string>>;
  /** UUIDs, names, or both. Those of earlier runs on the data folder stay. The default is LOCAL_DEPLOYMENT. */
  readonly deployments?: readonly DeploymentOption[];
  /** Whether a request to an unknown deployment ID makes the deployment; false when absent. */
  readonly autoCreate?: boolean;
  readonly behaviour?: Partial<Behaviour>;
  readonly faults?: Faults;
  /** Listings of a tree that exists nowhere, for measurements. Reading only. */
  readonly generated?: GeneratedTree;
  /** Idle connections are closed after this time, in milliseconds; ten minutes when absent. */
  readonly keepAliveMs?: number;
  /** Called at each phase of each request on either port; the request waits for it. */
  readonly onRequest?: RequestHook;
  /** Called when a request is over. */
  readonly onLog?: (record: RequestRecord) => void;
}

/** A running emulator. */
export interface Emulator {
  /** Without trailing slash: what a client takes as its base URL. */
  readonly url: string;
  readonly downloadUrl: string;
  readonly port: number;
  readonly token: string;
  /** Those that exist now, oldest first. */
  readonly deployments: readonly Deployment[];
  readonly counters: Counters;
  readonly behaviour: BehaviourControl;
  readonly faults: FaultControl;
  /** The time of the management plane; it can be moved forward. */
  readonly clock: Clock;
  /** Settles when what killed processes left in the data folder is gone; it never rejects. */
  readonly swept: Promise<void>;
  /** Resolves when no request is in progress, those whose client has gone included. */
  settled(): Promise<void>;
  /** Lets requests in progress finish for a moment, ends all connections, closes the database. */
  close(): Promise<void>;
}

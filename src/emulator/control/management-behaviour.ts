import type { StateWords } from '../management/timeline/state-words.ts';

/** How replies of billing look: as the reference text has them, or as one of the published clients reads them. */
export type BillingDialect = 'spec' | 'blog' | 'sdk' | 'js';

/**
 * The switches of the management plane. Times are milliseconds of its clock. A status is the answer to a request that
 * the reference text does not say how to refuse.
 */
export interface ManagementBehaviour {
  /** From the request to ACTIVE, or to FAILED: of groups, workspaces and clusters. */
  readonly createMs: number;
  readonly suspendMs: number;
  readonly resumeMs: number;
  /** From the request until progress shows, with the old size and no sign of the change; and until the new size. */
  readonly resizeUnseenMs: number;
  readonly resizeMs: number;
  readonly terminateMs: number;
  readonly connectionMs: number;
  /** Storage DR: until databases are copied, and until an operation ends. */
  readonly recoveryMs: number;
  /** From ACTIVE, or from a change, until the firewall's ranges show; they are null before that. */
  readonly firewallMs: number;
  readonly createEnds: 'ACTIVE' | 'FAILED';
  readonly recoveryEnds: 'Completed' | 'Failed' | 'Expired' | 'Canceled';
  /** After a change of state, so many reads show the old state and the new one in turn, the old one first. */
  readonly flappingReads: number;
  /** Lists show what was so long ago; a read by ID shows what is. */
  readonly listLagMs: number;
  /** How long the endpoint refuses after ACTIVE. */
  readonly endpointRefusesMs: number;
  /** Whether a suspended workspace still shows its endpoint. */
  readonly suspendedEndpoint: 'missing' | 'kept';
  readonly stateWords: StateWords;
  readonly billingDialect: BillingDialect;
  /** An error of SQL at the Data API: within a reply of status 200, or as status 400. */
  readonly sqlErrors: 'inside' | 'status';
  /** Whether `metric` is taken in any case, as the Python SDK sends it. */
  readonly billingMetric: 'any_case' | 'exact';
  /** A creation within so long after another one is answered 500 for a lock; 0: never. */
  readonly lockMs: number;
  /** Whether creating, resuming and growing are answered 403. */
  readonly outOfCredits: boolean;
  /** `eight`: a password against the rule of 8 characters is refused. `fourteen`: one against the rule of 14 is replaced. */
  readonly passwordRule: 'eight' | 'fourteen';
  /** A name in `fields` that the reply does not have: ignored, or refused with this status. */
  readonly unknownFields: 'ignore' | number;
  readonly nameTakenStatus: number;
  readonly suspendSuspendedStatus: number;
  readonly resumeActiveStatus: number;
  readonly changePendingStatus: number;
  readonly changeSuspendedStatus: number;
  /** Terminating a group that has workspaces, without force. */
  readonly fullGroupStatus: number;
  /** A group that does not exist, named in a creation. */
  readonly unknownGroupStatus: number;
}

export const DEFAULT_MANAGEMENT_BEHAVIOUR: ManagementBehaviour = Object.freeze({
  createMs: 300,
  suspendMs: 200,
  resumeMs: 200,
  resizeUnseenMs: 100,
  resizeMs: 500,
  terminateMs: 0,
  connectionMs: 300,
  recoveryMs: 500,
  firewallMs: 0,
  createEnds: 'ACTIVE',
  recoveryEnds: 'Completed',
  flappingReads: 0,
  listLagMs: 0,
  endpointRefusesMs: 0,
  suspendedEndpoint: 'missing',
  stateWords: 'seed',
  billingDialect: 'spec',
  sqlErrors: 'inside',
  billingMetric: 'any_case',
  lockMs: 0,
  outOfCredits: false,
  passwordRule: 'eight',
  unknownFields: 'ignore',
  nameTakenStatus: 500,
  suspendSuspendedStatus: 400,
  resumeActiveStatus: 400,
  changePendingStatus: 409,
  changeSuspendedStatus: 400,
  fullGroupStatus: 400,
  unknownGroupStatus: 400,
});

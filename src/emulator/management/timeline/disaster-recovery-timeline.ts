/** Storage DR of a group: which databases are copied where, and the latest operation. Times are milliseconds since 1970. */
export type DisasterRecoveryOperation = 'Failover' | 'Failback' | 'PreProvisionStart' | 'PreProvisionStop';
export type DisasterRecoveryEnd = 'Completed' | 'Failed' | 'Expired' | 'Canceled';

export type DisasterRecoveryEvent = { readonly at: number; readonly done: number } & (
  | { readonly did: 'setUpReplication'; readonly region: string; readonly databases: readonly string[] }
  | {
      readonly did: 'recover';
      readonly operation: DisasterRecoveryOperation;
      readonly ends: DisasterRecoveryEnd;
      readonly workspaces: number;
    }
);

export interface DisasterRecoveryView {
  readonly region: string;
  readonly databases: readonly string[];
  readonly duplication: 'Pending' | 'Active' | 'Inactive';
  /** Undefined before the first operation. */
  readonly latest: LatestOperation | undefined;
  /** Whether the second region is the one in use. */
  readonly isFailedOver: boolean;
  readonly isProvisioned: boolean;
}

export interface LatestOperation {
  readonly operation: DisasterRecoveryOperation;
  readonly state: 'Active' | DisasterRecoveryEnd;
  readonly completedWorkspaces: number;
  readonly totalWorkspaces: number;
  readonly completedAttachments: number;
  readonly totalAttachments: number;
}

/** Undefined when it was never set up. */
export function disasterRecoveryAt(
  history: readonly { readonly at: number; readonly did: string }[],
  now: number,
): DisasterRecoveryView | undefined {
  let view: DisasterRecoveryView | undefined;
  for (const event of history as readonly DisasterRecoveryEvent[]) {
    if (event.at > now) break;
    if (event.did === 'setUpReplication') {
      const { region, databases, done } = event;
      const duplication = done <= now ? 'Active' : 'Pending';
      view = { region, databases, duplication, latest: undefined, isFailedOver: false, isProvisioned: false };
    } else if (event.did === 'recover' && view !== undefined) {
      view = afterOperation(view, event, now);
    }
  }
  return view;
}

function afterOperation(
  view: DisasterRecoveryView,
  event: DisasterRecoveryEvent & { did: 'recover' },
  now: number,
): DisasterRecoveryView {
  const { at, done, operation, ends, workspaces } = event;
  const isOver = done <= now;
  const isDone = isOver && ends === 'Completed';
  const share = isDone ? 1 : Math.min(0.99, (now - at) / Math.max(1, done - at));
  const attachments = workspaces * view.databases.length;
  return {
    ...view,
    isFailedOver: isDone && operation.startsWith('Fail') ? operation === 'Failover' : view.isFailedOver,
    isProvisioned:
      isDone && operation.startsWith('Pre') ? operation === 'PreProvisionStart' : view.isProvisioned,
    latest: {
      operation,
      state: isOver ? ends : 'Active',
      completedWorkspaces: Math.floor(share * workspaces),
      totalWorkspaces: workspaces,
      completedAttachments: Math.floor(share * attachments),
      totalAttachments: attachments,
    },
  };
}

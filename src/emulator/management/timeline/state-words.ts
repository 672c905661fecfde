import type { WorkspacePhase } from './workspace-timeline.ts';

/**
 * The words for a phase: those of the reference text, of the Python SDK's comments, of v2 as its maintainers met it,
 * and words that no reader knows.
 */
export type StateWords = 'seed' | 'sdk' | 'v2' | 'odd';

const WORDS: Readonly<Record<StateWords, Readonly<Record<WorkspacePhase, string>>>> = {
  seed: {
    creating: 'PENDING',
    active: 'ACTIVE',
    suspending: 'PENDING',
    suspended: 'SUSPENDED',
    resuming: 'PENDING',
    changing: 'PENDING',
    failed: 'FAILED',
    terminating: 'PENDING',
    terminated: 'TERMINATED',
  },
  sdk: {
    creating: 'PendingCreation',
    active: 'Active',
    suspending: 'Transitioning',
    suspended: 'Suspended',
    resuming: 'Resuming',
    changing: 'Transitioning',
    failed: 'Failed',
    terminating: 'Transitioning',
    terminated: 'Terminated',
  },
  v2: {
    creating: 'PENDING',
    active: 'ACTIVE',
    suspending: 'TRANSITIONING',
    suspended: 'SUSPENDED',
    resuming: 'RESUMING',
    changing: 'PENDING',
    failed: 'FAILED',
    terminating: 'TRANSITIONING',
    terminated: 'TERMINATED',
  },
  odd: {
    creating: 'warming-up',
    active: 'active',
    suspending: 'cooling-down',
    suspended: 'suspended',
    resuming: 'warming-up',
    changing: 'rearranging',
    failed: 'failed',
    terminating: 'going',
    terminated: 'terminated',
  },
};

export const stateWord = (phase: WorkspacePhase, words: StateWords): string => WORDS[words][phase];

import { MemoryLeaseStore } from '../../../src/cluster/lease/memory-lease-store.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { leaderElectionContract } from './leader-election.ts';

leaderElectionContract(async () => {
  const clock = createManualClock();
  const store = new MemoryLeaseStore(clock);
  return {
    clock,
    ttlMs: 9000,
    open: async () => store,
    forget: async () => store.forget(),
    vanish: async () => store.vanish(),
    copy: async () => {
      const goBack = store.copy();
      return async () => goBack();
    },
    pass: (ms) => clock.pass(ms),
    async [Symbol.asyncDispose]() {
      // nothing is open
    },
  };
});

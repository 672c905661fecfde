import { openConnectionsTo, type ConnectionLimits, type Connections } from './pool.ts';
import type { ProxySettings } from './proxy.ts';

/** A use of connections that others may use too. */
export type PoolUse = Pick<Connections, 'dispatch' | 'close'>;

interface SharedPool {
  readonly opened: Promise<Connections>;
  users: number;
}

/** Those of this process, by what they lead to, as whom, and within which limits. */
const POOLS = new Map<string, SharedPool>();

/**
 * Connections to one origin, the same for all that ask with the same limits as the same account: a process with a hundred jobs
 * keeps as many sockets open as one with a single job. `account` may be a secret; it never leaves the memory of the process.
 * The last use that closes ends the connections, and what is still under way on them. Rejects as openConnectionsTo does.
 */
export async function shareConnectionsTo(
  origin: URL,
  limits: ConnectionLimits,
  { proxy, account }: { readonly proxy: ProxySettings | undefined; readonly account: string },
): Promise<PoolUse> {
  const key = JSON.stringify([origin.origin, account, limits, proxy]);
  let pool = POOLS.get(key);
  if (pool === undefined) {
    pool = { opened: openConnectionsTo(origin, limits, proxy), users: 0 };
    POOLS.set(key, pool);
  }
  const shared = pool;
  shared.users++;
  let isOpen = true;
  const leave = (): boolean => {
    if (!isOpen) return false;
    isOpen = false;
    if (--shared.users > 0) return false;
    POOLS.delete(key);
    return true;
  };
  try {
    const connections = await shared.opened;
    return {
      dispatch: (request, exchange) => connections.dispatch(request, exchange),
      close: async () => {
        if (leave()) await connections.close();
      },
    };
  } catch (error) {
    leave();
    throw error;
  }
}

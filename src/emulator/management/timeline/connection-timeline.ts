/** A private connection at a time. Times are milliseconds since 1970. */
export type ConnectionEvent = { readonly at: number } & (
  | { readonly did: 'create'; readonly done: number }
  | { readonly did: 'update' }
  | { readonly did: 'delete'; readonly done: number }
);

export interface ConnectionView {
  readonly status: 'PENDING' | 'ACTIVE' | 'DELETED';
  readonly createdAt: number;
  readonly activeAt: number | undefined;
  readonly updatedAt: number | undefined;
  readonly deletedAt: number | undefined;
  /** Somebody asked for its end. */
  readonly isLeaving: boolean;
}

/** `parentEnd`: when its group or workspace ends, and the connection with it. */
export function connectionAt(
  history: readonly ConnectionEvent[],
  now: number,
  parentEnd = Infinity,
): ConnectionView {
  let createdAt = 0;
  let active = Infinity;
  let updatedAt: number | undefined;
  let deleted = parentEnd;
  let isLeaving = false;
  for (const event of history) {
    if (event.at > now) break;
    if (event.did === 'create') {
      createdAt = event.at;
      active = event.done;
    } else if (event.did === 'update') {
      updatedAt = event.at;
    } else {
      deleted = Math.min(deleted, event.done);
      isLeaving = true;
    }
  }
  const alive = now < active ? 'PENDING' : 'ACTIVE';
  return {
    status: deleted <= now ? 'DELETED' : alive,
    createdAt,
    activeAt: active <= now && active < deleted ? active : undefined,
    updatedAt,
    deletedAt: deleted <= now ? deleted : undefined,
    isLeaving,
  };
}

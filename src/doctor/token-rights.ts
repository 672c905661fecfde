import { listDeployments } from '../api/deployments/list-deployments.ts';
import { resolveDeployment } from '../api/deployments/resolve-deployment.ts';
import { EMBEDDED, folderPath, formatAddress, type StageAddress } from '../jobs/addresses.ts';
import { hasFact, isSyncError } from '../model/errors.ts';
import type { CallOptions } from '../model/ports.ts';
import { stageClient } from '../stage/stage-client.ts';
import type { ApiLook } from './api-look.ts';
import type { Subject } from './check.ts';

/** The statuses of a reply that says that a token may not do this. */
const REFUSES: ReadonlySet<unknown> = new Set([401, 403]);

/** Whether a request was answered, and refused. */
export const isRefusal = (error: unknown): boolean =>
  isSyncError(error) && REFUSES.has(error.details['status']);

/**
 * What a token may do that may not look up the organization, in words: a key can have fewer rights than that, and a sync needs
 * none of them. Undefined: nothing that was tried, so that the token itself is not accepted.
 */
export const rightsBeside = (subject: Subject, signal: AbortSignal): Promise<string | undefined> =>
  subject.api.rights(() => findRights(subject, { signal }));

async function findRights({ api, places }: Subject, call: CallOptions): Promise<string | undefined> {
  for (const place of places) {
    if (place.kind !== 'stage' || place.deployment === EMBEDDED) continue;
    if (await isGranted(listStage(api, place, call))) return `list ${formatAddress(place)}`;
  }
  return (await isGranted(deploymentsOf(api, call))) ? 'look up deployments' : undefined;
}

async function isGranted(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (isSyncError(error)) return false;
    throw error;
  }
}

/** The deployments that the token sees. */
export async function deploymentsOf(api: ApiLook, { signal }: CallOptions) {
  const { generation } = await api.settings();
  const version = generation === 'v2' ? 'v2' : 'v1';
  return api.ask((connection) => listDeployments(connection, { version, signal }));
}

/** Resolves with whether the folder is there; rejects where no deployment is named, and where the Stage cannot be listed. */
export async function listStage(
  api: ApiLook,
  address: StageAddress,
  { signal }: CallOptions,
): Promise<boolean> {
  const { defaultDeployment, generation } = await api.settings();
  const named = address.deployment ?? defaultDeployment ?? '';
  const version = generation === 'v2' ? 'v2' : 'v1';
  return api.ask(async (connection) => {
    const deployment = await resolveDeployment(connection, named, { version, signal });
    const client = stageClient(connection, { deployment, generation });
    const root = folderPath(address);
    try {
      await client.list(root, { signal });
      return true;
    } catch (error) {
      if (root === '' || !hasFact(error, 'missing')) throw error;
      await client.list('', { signal });
      return false;
    }
  });
}

import { listDeployments } from '../../api/deployments/list-deployments.ts';
import { resolveDeployment } from '../../api/deployments/resolve-deployment.ts';
import { EMBEDDED, folderPath, formatAddress, type StageAddress } from '../../jobs/addresses.ts';
import { openStageToLook } from '../../jobs/ends/open-stage-to-look.ts';
import { hasFact } from '../../model/errors.ts';
import type { ApiLook } from '../api-look.ts';
import { stageClient } from '../../stage/stage-client.ts';
import {
  failure,
  gaveNoAnswer,
  ok,
  skipped,
  warning,
  type Check,
  type Finding,
  type Subject,
} from '../check.ts';

/** Each Stage that is named; without one, which deployments there are. */
export const stage: Check = {
  name: 'Stage',
  async examine(subject, signal) {
    const named = subject.places.filter((place) => place.kind === 'stage');
    if (named.length === 0) return subject.places.length === 0 ? unnamed(subject, signal) : [];
    const found: Finding[] = [];
    for (const address of named)
      found.push(
        address.deployment === EMBEDDED
          ? await embedded(address, subject)
          : await remote(address, subject, signal),
      );
    return found;
  },
};

async function unnamed({ api }: Subject, signal: AbortSignal): Promise<Finding | readonly Finding[]> {
  try {
    const settings = await api.settings().catch(() => undefined);
    if (settings === undefined) return NO_TOKEN;
    const { defaultDeployment, generation } = settings;
    const version = generation === 'v2' ? 'v2' : 'v1';
    const all = await api.ask((connection) => listDeployments(connection, { version, signal }));
    if (all.length === 0)
      return warning(
        'the token sees nothing that has a Stage',
        'make one: stagesync groups create, or in the portal',
      );
    const names = all.slice(0, 5).map(({ name }) => name);
    // the address of a deployment of that name means the embedded Stage
    const example = names.find((name) => name !== EMBEDDED) ?? 'ID';
    const more = all.length > names.length ? `, and ${all.length - names.length} more` : '';
    const text = ok(`${names.join(', ')}${more}: "stagesync doctor stage://${example}/" tries it`);
    const isKnown = all.some(({ id, name }) => id === defaultDeployment || name === defaultDeployment);
    if (defaultDeployment === undefined || isKnown) return text;
    return [
      text,
      warning(
        `the environment means ${defaultDeployment} by stage:///PATH, and the token does not see it`,
        'set SINGLESTOREDB_WORKSPACE_GROUP (or SINGLESTOREDB_WORKSPACE for v2) to one of these',
      ),
    ];
  } catch (error) {
    return unlessTold(error, api, signal);
  }
}

async function remote(address: StageAddress, { api }: Subject, signal: AbortSignal): Promise<Finding> {
  const text = formatAddress({ kind: 'stage', ...address });
  try {
    const settings = await api.settings().catch(() => undefined);
    if (settings === undefined) return NO_TOKEN;
    const { defaultDeployment, generation } = settings;
    const named = address.deployment ?? defaultDeployment;
    if (named === undefined)
      return warning(
        `${text} leaves the deployment to the environment, which names none`,
        'set SINGLESTOREDB_WORKSPACE_GROUP, or write stage://DEPLOYMENT/PATH',
      );
    const version = generation === 'v2' ? 'v2' : 'v1';
    return await api.ask(async (connection) => {
      const deployment = await resolveDeployment(connection, named, { version, signal });
      const client = stageClient(connection, { deployment, generation });
      const root = folderPath(address);
      try {
        await client.list(root, { signal });
        return ok(`${text} answers`);
      } catch (error) {
        if (root === '' || !hasFact(error, 'missing')) throw error;
        await client.list('', { signal });
        return ok(`${text} answers; the folder is made by the first run`);
      }
    });
  } catch (error) {
    return unlessTold(error, api, signal);
  }
}

async function embedded(address: StageAddress, { around }: Subject): Promise<Finding> {
  const text = formatAddress({ kind: 'stage', ...address });
  try {
    const destination = await openStageToLook(around, { address, root: '', concurrency: 1 });
    try {
      await destination.listFolder('', { signal: around.draining });
    } finally {
      await destination.close();
    }
    return ok(`${text} is on this machine, in ${around.environment.stageFolder}`);
  } catch (error) {
    return failure(error, 'make that folder writable, or set XDG_DATA_HOME');
  }
}

const NO_TOKEN = skipped('not tried: there is no token that could be used');

/** What the check of the organization tells is not told again. */
async function unlessTold(error: unknown, api: ApiLook, signal: AbortSignal): Promise<Finding> {
  const told = await refusalOf(api.organization({ signal }));
  if (hasFact(told, 'unauthorised')) return skipped('not tried: the token is not accepted');
  return gaveNoAnswer(told) ? skipped('not tried: the API gave no answer') : failure(error);
}

async function refusalOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    return error;
  }
}

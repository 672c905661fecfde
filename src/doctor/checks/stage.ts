import { EMBEDDED, formatAddress, type StageAddress } from '../../jobs/addresses.ts';
import { openStageToLook } from '../../jobs/ends/open-stage-to-look.ts';
import { hasFact } from '../../model/errors.ts';
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
import { deploymentsOf, listStage, rightsBeside } from '../token-rights.ts';

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

async function unnamed(subject: Subject, signal: AbortSignal): Promise<Finding | readonly Finding[]> {
  const { api } = subject;
  try {
    const settings = await api.settings().catch(() => undefined);
    if (settings === undefined) return NO_TOKEN;
    const { defaultDeployment } = settings;
    const all = await deploymentsOf(api, { signal });
    if (all.length === 0)
      return warning(
        'the token sees nothing that has a Stage',
        'make one: stagesync groups create, or in the portal',
      );
    const names = all.slice(0, 5).map(({ name }) => name);
    // the address of a deployment of that name means the embedded Stage
    const example = names.find((name) => name !== EMBEDDED) ?? all[0]!.id;
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
    return unlessTold(error, subject, signal);
  }
}

async function remote(address: StageAddress, subject: Subject, signal: AbortSignal): Promise<Finding> {
  const { api } = subject;
  const text = formatAddress({ kind: 'stage', ...address });
  try {
    const settings = await api.settings().catch(() => undefined);
    if (settings === undefined) return NO_TOKEN;
    if ((address.deployment ?? settings.defaultDeployment) === undefined)
      return warning(
        `${text} leaves the deployment to the environment, which names none`,
        'set SINGLESTOREDB_WORKSPACE_GROUP, or write stage://DEPLOYMENT/PATH',
      );
    const isThere = await listStage(api, address, { signal });
    return ok(`${text} answers${isThere ? '' : '; the folder is made by the first run'}`);
  } catch (error) {
    return unlessTold(error, subject, signal);
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
async function unlessTold(error: unknown, subject: Subject, signal: AbortSignal): Promise<Finding> {
  const told = await refusalOf(subject.api.organization({ signal }));
  if (hasFact(told, 'unauthorised') && (await rightsBeside(subject, signal)) === undefined)
    return skipped('not tried: the token is not accepted');
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

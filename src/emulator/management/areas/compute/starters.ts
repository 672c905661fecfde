import { randomUUID } from 'node:crypto';
import { Refusal } from '../../../http/refusal.ts';
import { STARTER_CREATE, STARTER_USER_CREATE, STARTER_USER_UPDATE } from '../../bodies.ts';
import type { Call, Operation } from '../../operation.ts';
import { isoTime } from '../../timeline/times.ts';
import { PROJECT } from '../../world/organization.ts';
import { findRegion, REGIONS } from '../../world/regions.ts';
import type { Resource } from '../../world/resources.ts';
import { choosePassword } from '../passwords.ts';
import { checkLock, nameTaken } from '../refusals.ts';

/** Starter workspaces, which have no state: v1 calls them virtual workspaces, v2 virtual clusters. */
const VERSIONS = [
  { path: '/v1/sharedtier/virtualWorkspaces', id: 'virtualWorkspaceID' },
  { path: '/v2/sharedtier/virtualClusters', id: 'virtualClusterID' },
] as const;

type IdField = (typeof VERSIONS)[number]['id'];

export const STARTERS: readonly Operation[] = VERSIONS.flatMap(({ path, id }) => {
  const at = (
    method: Operation['method'],
    suffix: string,
    operation: string,
    work: (call: Call, field: IdField) => unknown,
  ): Operation => ({
    method,
    path: path + suffix,
    area: 'starters',
    operation,
    work: (call) => work(call, id),
  });
  const users = `/{${id}}/users`;
  return [
    at('GET', '', 'list', (call, field) => living(call).map((starter) => starterJson(call, starter, field))),
    at('POST', '', 'create', create),
    at('GET', `/{${id}}`, 'get', (call, field) => starterJson(call, starterOf(call, field), field)),
    at('DELETE', `/{${id}}`, 'terminate', terminate),
    at('POST', users, 'createUser', createUser),
    at('PATCH', `${users}/{userID}`, 'updateUser', updateUser),
    at('DELETE', `${users}/{userID}`, 'deleteUser', deleteUser),
  ];
});

type Starter = Resource<'starter'>;

function living(call: Call): readonly Starter[] {
  call.world.takeIn();
  return call.world.resources
    .list('starter')
    .filter(({ history }) => history.every(({ did }) => did !== 'delete'));
}

function starterOf(call: Call, field: IdField): Starter {
  const id = call.id(field);
  const found = living(call).find((starter) => starter.id === id);
  if (found === undefined) throw new Refusal(404, `starter workspace ${id} not found`);
  return found;
}

function create(call: Call, field: IdField): object {
  const asked = call.body(STARTER_CREATE);
  // the service answers so: it knows this provider by its name in capitals only
  if (asked.provider === 'Azure') throw new Refusal(500, 'internal server error');
  const { provider, regionName } = asked;
  const region =
    provider === undefined && regionName === undefined
      ? REGIONS[0]
      : findRegion({ name: regionName, provider });
  if (region === undefined) throw new Refusal(400, 'regionName: there is no such region of this provider');
  checkLock(call);
  const row = call.world.data.deployments.create({
    name: asked.name,
    kind: 'starter',
    region: region.regionID,
  });
  if (row === undefined) throw nameTaken(call, 'starter workspace', asked.name);
  call.world.resources.insert({
    kind: 'starter',
    id: row.id,
    parent: '',
    name: asked.name,
    settings: {
      databaseName: asked.databaseName,
      provider: region.provider,
      regionName: region.regionName,
      projectID: asked.projectID ?? PROJECT.projectID,
    },
    history: [{ at: call.now, did: 'create' }],
  });
  return { [field]: row.id };
}

function terminate(call: Call, field: IdField): object {
  const starter = starterOf(call, field);
  call.world.data.deployments.terminate(starter.id);
  call.world.resources.update(starter, { events: [{ at: call.now, did: 'delete' }] });
  return { [field]: starter.id };
}

function createUser(call: Call, field: IdField): object {
  const starter = starterOf(call, field);
  const { userName, password } = call.body(STARTER_USER_CREATE);
  const users = call.world.resources.list('user', starter.id);
  // the service's own answer, without a word of why
  if (users.some(({ name }) => name === userName)) throw new Refusal(500, 'internal server error');
  const id = randomUUID();
  const chosen = choosePassword(call, id, password);
  call.world.resources.insert({
    kind: 'user',
    id,
    parent: starter.id,
    name: userName,
    settings: { password: chosen.digest },
    history: [{ at: call.now, did: 'create' }],
  });
  return { userID: id, ...(chosen.generated !== undefined && { password: chosen.generated }) };
}

function updateUser(call: Call, field: IdField): object {
  const user = userOf(call, field);
  const chosen = choosePassword(call, user.id, call.body(STARTER_USER_UPDATE).password);
  call.world.resources.update(user, {
    settings: { password: chosen.digest },
    events: [{ at: call.now, did: 'update' }],
  });
  return { userID: user.id, ...(chosen.generated !== undefined && { password: chosen.generated }) };
}

function deleteUser(call: Call, field: IdField): object {
  const { id } = userOf(call, field);
  call.world.resources.delete(id);
  return { userID: id };
}

function userOf(call: Call, field: IdField): Resource<'user'> {
  const starter = starterOf(call, field);
  const id = call.id('userID');
  const user = call.world.resources.get('user', id);
  if (user?.parent !== starter.id) throw new Refusal(404, `user ${id} not found`);
  return user;
}

function starterJson(call: Call, { id, name, settings, history }: Starter, field: IdField): object {
  const { databaseName, provider, regionName, projectID } = settings;
  const port = Number(/:(\d+)$/.exec(call.endpoint)?.[1] ?? 80);
  return {
    [field]: id,
    name,
    databaseName,
    endpoint: call.endpoint,
    mysqlDmlPort: port,
    [field === 'virtualWorkspaceID' ? 'webSocketPort' : 'websocketPort']: port,
    provider,
    regionName,
    projectID,
    createdAt: isoTime(history[0]?.at ?? 0),
  };
}

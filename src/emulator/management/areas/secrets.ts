import { randomUUID } from 'node:crypto';
import { Refusal } from '../../http/refusal.ts';
import { SECRET_CREATE, SECRET_UPDATE } from '../bodies.ts';
import type { Call, Operation } from '../operation.ts';
import { isoTime } from '../timeline/times.ts';
import { OWNER } from '../world/organization.ts';
import type { Resource } from '../world/resources.ts';
import { nameTaken } from './refusals.ts';

const area = 'secrets';

/** Replies come in an envelope, as the service sends them, although its texts show none. */
export const SECRETS: readonly Operation[] = ['/v1/secrets', '/v2/secrets'].flatMap((path): Operation[] => [
  { method: 'GET', path, area, operation: 'list', work: list },
  { method: 'POST', path, area, operation: 'create', work: create },
  {
    method: 'GET',
    path: `${path}/{secretID}`,
    area,
    operation: 'get',
    work: (call) => ({ secret: secretJson(secretOf(call)) }),
  },
  { method: 'PATCH', path: `${path}/{secretID}`, area, operation: 'update', work: update },
  { method: 'DELETE', path: `${path}/{secretID}`, area, operation: 'delete', work: remove },
]);

function list({ world, query }: Call): object {
  const asked = query.get('name');
  const secrets = world.resources.list('secret').filter(({ name }) => asked === null || name === asked);
  return { secrets: secrets.map(secretJson) };
}

function create(call: Call): object {
  const { name, value } = call.body(SECRET_CREATE);
  if (call.world.resources.list('secret').some((each) => each.name === name))
    throw nameTaken(call, 'secret', name);
  const secret: Resource<'secret'> = {
    kind: 'secret',
    id: randomUUID(),
    parent: '',
    name,
    settings: { value },
    history: [{ at: call.now, did: 'create' }],
  };
  call.world.resources.insert(secret);
  return { secret: secretJson(secret) };
}

function update(call: Call): object {
  const { value } = call.body(SECRET_UPDATE);
  const events = [{ at: call.now, did: 'update' as const }];
  const secret = call.world.resources.update(secretOf(call), { settings: { value }, events });
  return { secret: secretJson(secret) };
}

function remove(call: Call): object {
  const { id } = secretOf(call);
  call.world.resources.delete(id);
  return { secretID: id };
}

function secretOf(call: Call): Resource<'secret'> {
  const id = call.id('secretID');
  const secret = call.world.resources.get('secret', id);
  if (secret === undefined) throw new Refusal(404, `secret ${id} not found`);
  return secret;
}

const secretJson = ({ id, name, settings, history }: Resource<'secret'>): object => ({
  secretID: id,
  name,
  value: settings.value,
  createdBy: OWNER,
  createdAt: isoTime(history[0]?.at ?? 0),
  lastUpdatedBy: OWNER,
  lastUpdatedAt: isoTime(history.at(-1)?.at ?? 0),
});

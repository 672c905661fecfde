import type { FastifyRequest } from 'fastify';
import { Refusal } from '../http/refusal.ts';
import { passwordDigest } from '../management/areas/passwords.ts';
import { TOKEN_AS_PASSWORD } from '../management/world/world.ts';
import type { GroupNow, World } from '../management/world/world.ts';
import type { Resource } from '../management/world/resources.ts';

/** Who asks, and what of. */
export type Login = { readonly user: string } & (
  { readonly group: GroupNow } | { readonly starter: Resource<'starter'> }
);

/** What a request says of who sends it; undefined when it says nothing. */
interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * `admin` with the password of a workspace group, or a user of a starter workspace. Of several groups with one password the
 * oldest is meant. `Bearer` with a group's password stands for a JSON web token. Throws a 401.
 */
export function logIn(request: FastifyRequest, world: World, isToken: (text: string) => boolean): Login {
  const credentials = credentialsOf(request.headers.authorization ?? '');
  const login = credentials && (groupLogin(credentials, world, isToken) ?? starterLogin(credentials, world));
  if (login === undefined)
    throw new Refusal(401, 'Unauthorized: the user or the password is wrong', {
      'www-authenticate': 'Basic realm="Data API"',
    });
  return login;
}

function credentialsOf(authorization: string): Credentials | undefined {
  const [, scheme, value = ''] = /^(Basic|Bearer) (.+)$/i.exec(authorization) ?? [];
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return { user: 'admin', password: value };
  const [user = '', ...rest] = Buffer.from(value, 'base64').toString().split(':');
  return { user, password: rest.join(':') };
}

function groupLogin(
  { user, password }: Credentials,
  world: World,
  isToken: (text: string) => boolean,
): Login | undefined {
  if (user !== 'admin') return undefined;
  const group = world.groups().find(({ resource: { id, settings }, view }) => {
    if (view.phase === 'terminated') return false;
    return settings.password === TOKEN_AS_PASSWORD
      ? isToken(password)
      : settings.password === passwordDigest(id, password);
  });
  return group && { user, group };
}

function starterLogin({ user, password }: Credentials, world: World): Login | undefined {
  const found = world.resources
    .list('user')
    .find(({ id, name, settings }) => name === user && settings.password === passwordDigest(id, password));
  const starter = found && world.resources.get('starter', found.parent);
  return starter && starter.history.every(({ did }) => did !== 'delete') ? { user, starter } : undefined;
}

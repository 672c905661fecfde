import { SqlError } from '../database/sql-error.ts';
import type { DatabaseOwner, Databases } from '../database/databases.ts';
import type { Result } from '../database/statements/result.ts';
import { Refusal } from '../http/refusal.ts';
import { groupOwner, starterOwner } from './database-owners.ts';
import type { ReachContext } from './database-owners.ts';
import { activeWorkspace } from './database-owners.ts';
import type { Login } from './login.ts';
import { answer } from './statements.ts';
import type { Answer } from './statements.ts';

export interface Asked {
  readonly sql: string;
  readonly args: readonly unknown[];
  readonly database: string | null;
}

export type Outcome =
  | (Result & { readonly isChange?: boolean })
  | { readonly error: { readonly code: number; readonly message: string } };

export interface CarryOutContext extends ReachContext {
  readonly databases: () => Promise<Databases>;
}

/** Carries out a statement, which counts as a use of the workspace. Errors of SQL are part of the outcome. */
export async function carryOut(context: CarryOutContext, login: Login, asked: Asked): Promise<Outcome> {
  const owner = ownerOf(context, login);
  const { database } = asked;
  const databases = owner.databases();
  if (database !== null && database !== 'information_schema' && !databases.includes(database))
    throw new Refusal(400, `Unknown database '${database}'`);
  const session = { ...asked, user: login.user, databases, now: context.world.clock.now() };
  const answered = answer(asked.sql, session);
  if (answered !== undefined) return finish(context, login, owner, answered);
  try {
    const result = await (await context.databases()).execute(owner, asked.sql, asked);
    return { ...result, isChange: 'rowsAffected' in result };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

function ownerOf(context: CarryOutContext, login: Login): DatabaseOwner {
  const { world } = context;
  if ('starter' in login) return starterOwner(context, login.starter.id);
  const workspace = activeWorkspace(context, login.group);
  world.data.database.transaction(() => world.used(workspace));
  world.queries.count(workspace.resource.id);
  return groupOwner(context, login.group.resource.id);
}

/** Databases are made and dropped here: their names are the group's. */
async function finish(
  { world, databases }: CarryOutContext,
  login: Login,
  owner: DatabaseOwner,
  answered: Answer,
): Promise<Outcome> {
  if (!('creates' in answered) && !('drops' in answered)) return answered;
  if (!('group' in login)) throw new Refusal(400, 'the databases of a starter workspace are given');
  if (answered.drops !== undefined) await (await databases()).dropDatabase(owner, answered.drops);
  world.data.database.transaction(() => {
    const resource = world.resources.get('group', owner.id);
    if (resource === undefined) return;
    const others = resource.settings.databases.filter(
      (name) => name !== answered.drops && name !== answered.creates,
    );
    const made = answered.creates === undefined ? [] : [answered.creates];
    world.resources.update(resource, { settings: { databases: [...others, ...made] } });
  });
  return { ...answered, isChange: true };
}

/** What a statement is answered, of the few that clients send when they connect. */
export type Answer =
  | { readonly columns: readonly Column[]; readonly rows: readonly (readonly Value[])[] }
  | { readonly rowsAffected: number; readonly creates?: string; readonly drops?: string }
  | { readonly error: { readonly code: number; readonly message: string } };

export type Value = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly dataType: 'BIGINT' | 'DOUBLE' | 'VARCHAR';
}

/** What a statement may ask for. */
export interface Session {
  readonly user: string;
  readonly database: string | null;
  readonly databases: readonly string[];
  readonly args: readonly unknown[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export const ENGINE_VERSION = '9.0.0';
const MYSQL_VERSION = '5.7.32';
const SYSTEM_DATABASES = ['cluster', 'information_schema', 'memsql'];

const VARIABLES: Readonly<Record<string, Value>> = {
  autocommit: 1,
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_general_ci',
  lower_case_table_names: 0,
  max_allowed_packet: 104_857_600,
  memsql_version: ENGINE_VERSION,
  sql_mode: 'STRICT_ALL_TABLES',
  time_zone: 'UTC',
  version: MYSQL_VERSION,
  version_comment: 'stagesync emulator (no SingleStore)',
};

const failure = (code: number, message: string): Answer => ({ error: { code, message } });

/**
 * Pure: what is to be created or dropped is told, and done by the caller. Undefined for a statement that needs a database, or is
 * not known.
 */
export function answer(sql: string, session: Session): Answer | undefined {
  const text = sql
    .replaceAll(/\/\*[^]*?\*\/|--[^\n]*/g, ' ')
    .trim()
    .replace(/;\s*$/, '')
    .trim();
  if (text === '') return failure(1065, 'Query was empty');
  const [, select] = /^select\s+([^]+)$/i.exec(text) ?? [];
  if (select !== undefined) return answerSelect(select, session);
  if (/^show\s+databases$/i.test(text)) return showDatabases(session);
  const [, like] = /^show\s+(?:global\s+|session\s+)?variables(?:\s+like\s+'([^']*)')?$/i.exec(text) ?? [
    text,
  ];
  if (/^show\s+(?:global\s+|session\s+)?variables/i.test(text)) return showVariables(like);
  if (/^set\s+/i.test(text)) return { rowsAffected: 0 };
  if (/^use\s+/i.test(text))
    return failure(1046, 'there is no session to keep the database: name it in the request');
  return answerDatabase(text, session);
}

function answerDatabase(text: string, { databases }: Session): Answer | undefined {
  const form = /^(create|drop)\s+database\s+(if\s+(?:not\s+)?exists\s+)?`?([\w$-]+)`?$/i.exec(text);
  if (form === null) return undefined;
  const [, verb = '', lenient, name = ''] = form;
  const exists = databases.includes(name);
  if (verb.toLowerCase() === 'create') {
    if (!exists) return { rowsAffected: 1, creates: name };
    return lenient === undefined
      ? failure(1007, `Can't create database '${name}'; database exists`)
      : { rowsAffected: 0 };
  }
  if (exists) return { rowsAffected: 0, drops: name };
  return lenient === undefined
    ? failure(1008, `Can't drop database '${name}'; database doesn't exist`)
    : { rowsAffected: 0 };
}

function showDatabases({ databases }: Session): Answer {
  const names = [...SYSTEM_DATABASES, ...databases].toSorted();
  return { columns: [{ name: 'Database', dataType: 'VARCHAR' }], rows: names.map((name) => [name]) };
}

function showVariables(like: string | undefined): Answer {
  const pattern = new RegExp(
    `^${(like ?? '%')
      .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
    'i',
  );
  const rows = Object.entries(VARIABLES)
    .filter(([name]) => pattern.test(name))
    .map(([name, value]) => [name, String(value)]);
  const columns = ['Variable_name', 'Value'].map((name) => ({ name, dataType: 'VARCHAR' as const }));
  return { columns, rows };
}

/** Constants, variables and functions without a table. */
function answerSelect(list: string, session: Session): Answer | undefined {
  const items = list.split(/,(?=(?:[^']*'[^']*')*[^']*$)/).map((item) => item.trim());
  const args = [...session.args];
  const columns: Column[] = [];
  const row: Value[] = [];
  for (const item of items) {
    const [, expression = '', alias] = /^([^]*?)(?:\s+as\s+[`']?([^`']+?)[`']?)?$/i.exec(item) ?? [];
    const value = valueOf(expression.trim(), session, args);
    if (value === undefined) return undefined;
    columns.push({ name: alias ?? expression.trim(), dataType: typeOf(value) });
    row.push(value);
  }
  if (args.length > 0) return failure(1210, 'there are more arguments than placeholders');
  return { columns, rows: [row] };
}

function valueOf(expression: string, session: Session, args: unknown[]): Value | undefined {
  if (expression === '?') return args.length === 0 ? undefined : scalar(args.shift());
  if (/^[+-]?\d+(?:\.\d+)?$/.test(expression)) return Number(expression);
  if (/^null$/i.test(expression)) return null;
  if (/^'(?:[^']|'')*'$/.test(expression)) return expression.slice(1, -1).replaceAll("''", "'");
  const [, variable] = /^@@(?:session\.|global\.)?(\w+)$/i.exec(expression) ?? [];
  if (variable !== undefined) return VARIABLES[variable.toLowerCase()];
  const [, name = ''] = /^(\w+)\(\)$/.exec(expression) ?? [];
  const time = new Date(session.now).toISOString().slice(0, 19).replace('T', ' ');
  const functions: Readonly<Record<string, Value>> = {
    version: MYSQL_VERSION,
    database: session.database,
    schema: session.database,
    user: `${session.user}@%`,
    current_user: `${session.user}@%`,
    connection_id: 1,
    now: time,
    utc_timestamp: time,
  };
  return functions[name.toLowerCase()];
}

function scalar(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function typeOf(value: Value): Column['dataType'] {
  if (typeof value === 'boolean') return 'BIGINT';
  if (typeof value === 'number') return Number.isInteger(value) ? 'BIGINT' : 'DOUBLE';
  return 'VARCHAR';
}

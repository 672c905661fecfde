import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { DatabaseBehaviour } from '../../control/database-behaviour.ts';
import { addFunctions } from '../sql/functions.ts';
import { viewId } from '../sql/translate.ts';
import { sqliteName, tableId } from '../tables/table.ts';
import { PIPELINE_VIEWS } from './pipeline-views.ts';
import { TABLE_VIEWS } from './table-views.ts';

export interface QueryContext {
  readonly behaviour: () => DatabaseBehaviour;
  readonly now: () => number;
  /** Names of the databases of the group. */
  readonly databases: () => readonly string[];
}

/** A connection that reads alone, with the views of information_schema and the tables of one database under their plain names. */
export class QueryConnection {
  readonly #db: DatabaseSync;
  /** For which database, and which state of the catalog, the plain names stand. */
  #names = '';
  #plain: readonly string[] = [];

  constructor(path: string, context: QueryContext) {
    this.#db = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
    addFunctions(this.#db, context.now);
    this.#addShowing(context);
    for (const [name, query] of Object.entries({ ...PIPELINE_VIEWS, ...TABLE_VIEWS }))
      this.#db.exec(`CREATE TEMP VIEW ${viewId(name)} AS ${query}`);
  }

  /** Keeps what is there now: later changes are not seen. */
  hold(): void {
    this.#db.exec('BEGIN');
    this.#db.prepare('SELECT COUNT(*) FROM main.catalog_tables').get();
  }

  /** Within the database that is named, if one is. */
  prepare(sql: string, database: string | null): StatementSync {
    this.#showTables(database);
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  }

  isTable(database: string, name: string): boolean {
    return (
      this.#db
        .prepare('SELECT 1 FROM main.catalog_tables WHERE database = ? AND name = ?')
        .get(database, name) !== undefined
    );
  }

  close(): void {
    this.#db.close();
  }

  #showTables(database: string | null): void {
    const { schema_version: version } = this.#db.prepare('PRAGMA main.schema_version').get() as {
      schema_version: number;
    };
    const names = `${version} ${database ?? ''}`;
    if (names === this.#names) return;
    for (const name of this.#plain) this.#db.exec(`DROP VIEW temp.${sqliteName(name)}`);
    const tables = this.#db
      .prepare('SELECT name FROM main.catalog_tables WHERE database = ?')
      .all(database) as {
      name: string;
    }[];
    this.#plain = tables.map(({ name }) => name);
    for (const name of this.#plain)
      this.#db.exec(
        `CREATE TEMP VIEW ${sqliteName(name)} AS SELECT * FROM main.${tableId({ database: database ?? '', name })}`,
      );
    this.#names = names;
  }

  #addShowing({ behaviour, databases }: QueryContext): void {
    this.#db.function('file_name', (name: unknown) => {
      if (typeof name !== 'string') return null;
      return behaviour().fileNames === 'leading_slash' ? `/${name}` : name;
    });
    this.#db.function('time_text', (ms: unknown) =>
      typeof ms === 'number' ? new Date(ms).toISOString().slice(0, 19).replace('T', ' ') : null,
    );
    this.#db.function('data_type', (type: unknown) =>
      typeof type === 'string' ? type.toLowerCase().replace(/[( ].*$/, '') : null,
    );
    this.#db.function('database_names', () => JSON.stringify(databases()));
  }
}

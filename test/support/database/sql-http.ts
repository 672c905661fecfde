import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../../../src/emulator/options.ts';
import { StageHttp } from '../stage/stage-http.ts';

interface Reply {
  readonly results?: readonly { readonly rows?: unknown; readonly columns?: unknown }[];
  readonly error?: { readonly code: number; readonly message: string };
  readonly rowsAffected?: number;
}

/** The Data API of the first group of an emulator, and its Stage. */
export class SqlHttp {
  readonly emulator: Emulator;
  readonly stage: StageHttp;
  readonly database: string;

  constructor(emulator: Emulator, database = 'demo') {
    this.emulator = emulator;
    this.database = database;
    this.stage = new StageHttp(emulator);
  }

  async post(form: string, sql: string, args: readonly unknown[] = []) {
    const authorization = `Basic ${Buffer.from(`admin:${this.emulator.token}`).toString('base64')}`;
    return this.stage.raw('POST', `${this.emulator.url}/api/v2/${form}`, {
      body: JSON.stringify({ sql, args, database: this.database }),
      headers: { authorization, 'content-type': 'application/json' },
    });
  }

  /** Throws the error of a statement, as text. */
  async exec(sql: string, args: readonly unknown[] = []): Promise<number> {
    const reply = await this.post('exec', sql, args);
    const { error, rowsAffected } = replyOf(reply.status, reply.text);
    if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
    return rowsAffected ?? 0;
  }

  async rows(sql: string, args: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const reply = await this.post('query/rows', sql, args);
    const { error, results } = replyOf(reply.status, reply.text);
    if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
    return (results?.[0]?.rows ?? []) as Record<string, unknown>[];
  }

  /** The rows without their names. */
  async tuples(sql: string, args: readonly unknown[] = []): Promise<unknown[][]> {
    return (await this.rows(sql, args)).map((row) => Object.values(row));
  }

  /** What the pipelines say of their files: 'orders/a.csv: Loaded'. */
  async files(): Promise<string[]> {
    const rows = await this.tuples(
      'SELECT FILE_NAME, FILE_STATE FROM information_schema.PIPELINES_FILES ORDER BY FILE_NAME',
    );
    return rows.map(([name, state]) => `${String(name)}: ${String(state)}`);
  }

  /** Waits until the pipelines know so many files, and none of them waits. */
  async settled(files: number): Promise<void> {
    for (;;) {
      const states = await this.files();
      if (states.length >= files && !states.some((state) => state.endsWith('Unloaded'))) return;
      await sleep(10);
    }
  }
}

function replyOf(status: number, text: string): Reply {
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return JSON.parse(text) as Reply;
}

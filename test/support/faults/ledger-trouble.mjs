// A preload (node --import) that gives the ledger a real trouble of SQLite's own: STAGESYNC_LEDGER_TROUBLE=full:12 lets
// its file grow to 12 pages, read-only:40 takes its 40th and later changes away.
import { DatabaseSync, StatementSync } from 'node:sqlite';

const [trouble, limit] = (process.env['STAGESYNC_LEDGER_TROUBLE'] ?? '').split(':');
const { exec } = DatabaseSync.prototype;
let ledger;
let changes = 0;

DatabaseSync.prototype.exec = function (sql) {
  exec.call(this, sql);
  if (!sql.includes('journal_mode = WAL') || this.location() === null) return; // null: in memory
  ledger = this;
  if (trouble === 'full') exec.call(this, `PRAGMA max_page_count = ${limit}`);
};

const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (...values) {
  if (trouble === 'read-only' && ++changes === Number(limit)) exec.call(ledger, 'PRAGMA query_only = ON');
  return run.apply(this, values);
};

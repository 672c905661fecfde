// A preload (node --import): kills the process, as no handler can prevent, at the nth statement that changes the
// ledger: STAGESYNC_KILL_AT=before:7 or after:7. A commit counts as a statement. `count` tells on stderr how many were.
import { DatabaseSync, StatementSync } from 'node:sqlite';

const [when, nth] = (process.env['STAGESYNC_KILL_AT'] ?? '').split(':');
let seen = 0;

if (when === 'count') process.on('exit', () => process.stderr.write(`statements: ${seen}`));

function counted(call) {
  const here = ++seen === Number(nth);
  if (here && when === 'before') process.kill(process.pid, 'SIGKILL');
  const result = call();
  if (here && when === 'after') process.kill(process.pid, 'SIGKILL');
  return result;
}

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  return sql === 'COMMIT' ? counted(() => exec.call(this, sql)) : exec.call(this, sql);
};

const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (...values) {
  // the plan in the making has a database of its own
  const ledger = /\b(?:entry|intent|verdict|run|load)\b/.test(this.sourceSQL);
  return ledger ? counted(() => run.apply(this, values)) : run.apply(this, values);
};

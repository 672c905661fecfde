// Preloaded by test/faults/pulled/kill-points.test.ts: the process kills itself right before, or right after, its nth change of
// the directory that it pulls into (STAGESYNC_KILL_AT=before:3, after:3), or says at its end how many there were (count).
import fs from 'node:fs';
import process from 'node:process';

const [at, nth] = (process.env.STAGESYNC_KILL_AT ?? 'count').split(':');
let changes = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
  // nothing is done any more, also where the signal takes its time
  for (;;);
}

for (const name of ['linkSync', 'mkdirSync', 'renameSync', 'rmdirSync', 'unlinkSync']) {
  const change = fs[name];
  fs[name] = (...args) => {
    // what lies in an open folder of the destination; the ledger is elsewhere
    if (!String(args[0]).startsWith('/proc/self/fd/')) return change(...args);
    changes++;
    if (at === 'before' && changes === Number(nth)) die();
    const result = change(...args);
    if (at === 'after' && changes === Number(nth)) die();
    return result;
  };
}

if (at === 'count') process.on('exit', () => process.stderr.write(`changes: ${changes}\n`));

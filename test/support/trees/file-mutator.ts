import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createDice } from './dice.ts';

// A worker that changes files in a folder without pause, as other programs do while a sync runs, and remembers the
// digest of every state a file was in between two of its system calls. Messages: 'states' is answered with the digests
// so far, 'stop' ends it.

const { root, seed } = workerData as { readonly root: string; readonly seed: number };
const port = parentPort!;
const dice = createDice(seed);
const states = new Set<string>();
let serial = 0;

const remember = (content: Buffer): void =>
  void states.add(createHash('sha256').update(content).digest('hex').slice(0, 16));

/** Sizes repeat, so that an edit often keeps the size; some files are read in chunks. */
function newContent(): Buffer {
  const line = `version ${String(++serial).padStart(9, '0')}\n`;
  return Buffer.from(line.repeat(dice.pick([0, 1, 1, 40, 40, 40_000])));
}

const names = [...Array(24).keys()].map((i) => `folder-${i % 4}/file-${i}`);
const someName = (): string => join(root, dice.pick(names));

function change(): void {
  const file = someName();
  const what = dice.below(10);
  if (what < 4) {
    // in place: one call, so that no reader may see half of it without the time having changed
    const content = newContent();
    remember(content);
    remember(Buffer.alloc(0));
    fs.writeFileSync(file, content);
  } else if (what < 6) {
    const content = newContent();
    remember(content);
    fs.writeFileSync(`${root}.aside`, content);
    fs.renameSync(`${root}.aside`, file);
  } else if (what < 7) {
    if (!fs.existsSync(file)) return;
    const content = fs.readFileSync(file);
    const cut = Math.floor(content.length / 2);
    remember(content.subarray(0, cut));
    fs.truncateSync(file, cut);
  } else if (what < 8) fs.rmSync(file, { force: true });
  else if (what < 9) {
    if (fs.existsSync(file)) fs.utimesSync(file, new Date(), new Date());
  } else if (fs.existsSync(file)) fs.renameSync(file, someName());
}

for (const name of names) fs.mkdirSync(join(root, name, '..'), { recursive: true });
let running = true;
port.on('message', (message: string) => {
  if (message === 'stop') {
    running = false;
    port.close();
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  } else port.postMessage([...states]);
});
const loop = (): void => {
  for (let i = 0; i < 4; i++) change();
  if (running) setTimeout(loop, dice.below(4));
};
for (let i = 0; i < 60; i++) change();
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
port.postMessage('ready');
loop();

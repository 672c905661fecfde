// Plain chokidar on the folder given, as its README shows it: says how long until it was ready, then what it heard of.
import { watch } from 'chokidar';

const [root = '.'] = process.argv.slice(2);
const started = performance.timeOrigin;
let heard = 0;
watch(root, { ignoreInitial: true })
  .on('add', () => heard++)
  .on('ready', () => process.send?.({ readyMs: performance.timeOrigin + performance.now() - started }));
process.on('message', () => process.send?.({ heard }));

// npm run package: what is published, in build/package/, and as build/stagesync-VERSION.tgz. After npm run build.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { layOutPackage } from './lay-out.ts';

const ROOT = join(import.meta.dirname, '..');
const MODULES = join(ROOT, 'dist');
const TO = join(ROOT, 'build');

if (!existsSync(join(MODULES, 'index.d.ts')) || !existsSync(join(MODULES, 'page/index.html')))
  throw new Error('nothing is built in dist/; run "npm run build" first');
await layOutPackage(ROOT, MODULES, join(TO, 'package'));
execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', TO, join(TO, 'package')], {
  stdio: 'inherit',
  cwd: ROOT,
});

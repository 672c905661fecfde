// npm run executable -- NODE: build/stagesync, one file that needs no Node. NODE is a Node 26 of the platform it is for: it is what
// the file is made of, and it makes it (--build-sea). The licences of what is inside lie in build/executable/. After npm run build.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundleAlone, ENTRIES } from './bundle.ts';
import { licencesOf } from './licences.ts';
import { LICENCES } from './manifest.ts';

const ROOT = join(import.meta.dirname, '..');
const MODULES = join(ROOT, 'dist');
const WORK = join(ROOT, 'build/executable');

const node = process.argv[2];
const obstacle = obstacleOf(node);
if (node === undefined || obstacle !== undefined) {
  process.stderr.write(`${obstacle}: npm run executable -- NODE\n`);
  process.exit(2);
}

mkdirSync(WORK, { recursive: true });
const inside = await bundleAlone(join(import.meta.dirname, 'executable-entry.js'), join(WORK, 'main.cjs'));
writeFileSync(join(WORK, LICENCES), `${licencesOf(inside)}\n`);
const threads = ENTRIES.filter((entry) => entry.endsWith('-thread'));
for (const thread of threads)
  await bundleAlone(join(MODULES, `${thread}.js`), join(WORK, `${thread.replaceAll('/', '-')}.cjs`));

const page = join(MODULES, 'page');
const pageFiles = readdirSync(page, { recursive: true, withFileTypes: true, encoding: 'utf8' })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const config = {
  main: join(WORK, 'main.cjs'),
  output: join(ROOT, 'build/stagesync'),
  disableExperimentalSEAWarning: true,
  // everything is inside the one module: nothing is imported from elsewhere, which the cache does not allow
  useCodeCache: true,
  // NODE_OPTIONS belongs to people's own programs
  execArgvExtension: 'none',
  assets: {
    'package.json': join(ROOT, 'package.json'),
    ...Object.fromEntries(
      globSync('docs/**/*.md', { cwd: ROOT }).map((name) => [name.replaceAll('\\', '/'), join(ROOT, name)]),
    ),
    ...Object.fromEntries(
      threads.map((each) => [`${each}.js`, join(WORK, `${each.replaceAll('/', '-')}.cjs`)]),
    ),
    ...Object.fromEntries(
      pageFiles.map((file) => [`page/${relative(page, file).replaceAll('\\', '/')}`, file]),
    ),
  },
};
writeFileSync(join(WORK, 'config.json'), JSON.stringify(config, null, 2));
execFileSync(node, ['--build-sea', join(WORK, 'config.json')], { stdio: 'inherit' });

/** What stands in the way of making the file, with its way out. */
function obstacleOf(program: string | undefined): string | undefined {
  if (program === undefined) return 'name the Node 26 that the file is to be made of';
  if (!existsSync(program))
    return `there is nothing at ${program}: name the file of a Node 26 ("npm install node@26" in an empty folder brings one, as node_modules/node/bin/node)`;
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  if (Number(/^v(\d+)\./.exec(version)?.[1]) < 26)
    return `${program} is Node ${version}, which cannot make the file: name a Node 26 or newer ("npm install node@26" in an empty folder brings one, as node_modules/node/bin/node)`;
  if (!existsSync(MODULES)) return 'there is no dist/: run "npm run build" first, then';
  return undefined;
}

// npm run release: everything that has to hold before a version is published, then what to publish and how. It publishes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Where people find the sources and report faults: without them, a package cannot say where it comes from. */
const ADDRESSES = ['repository', 'homepage', 'bugs'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly [key: string]: unknown;
}

/** The packages that are published, by their folders. */
const PACKAGES = ['.', 'packages/mcp'];

const manifests = PACKAGES.map((folder) => ({
  file: join(folder, 'package.json'),
  manifest: JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest,
}));
const { name, version } = manifests[0]!.manifest;
const tarball = `build/${name}-${version}.tgz`;

/** What stands in the way, before anything is run: each with its way out. */
function obstacles(): string[] {
  return [
    ...manifests.flatMap(({ file, manifest }) => {
      const missing = ADDRESSES.filter((key) => manifest[key] === undefined);
      return missing.length === 0 ? [] : [`${file} names no ${missing.join(', ')}; add them`];
    }),
    ...(output('git', ['status', '--porcelain']) === '' ? [] : ['not everything is committed; commit it']),
    ...(output('git', ['tag', '--list', `v${version}`]) === ''
      ? []
      : [`version ${version} has a tag already; run "npx changeset version"`]),
  ];
}

const output = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { cwd: ROOT, encoding: 'utf8' }).trim();

function run(title: string, program: string, args: readonly string[]): void {
  process.stdout.write(`\n== ${title}\n`);
  execFileSync(program, args, { cwd: ROOT, stdio: 'inherit' });
}

const found = obstacles();
if (found.length > 0) {
  process.stderr.write(`${version} cannot be released:\n${found.map((each) => `- ${each}\n`).join('')}`);
  process.exitCode = 1;
} else {
  run('what was installed is what was published, and signed', 'npm', ['audit', 'signatures']);
  run('everything that has to hold', '.ci/run', []);
  run('the package', 'npm', ['run', 'package']);
  run('the MCP server', 'npm', ['pack', '--dry-run', './packages/mcp']);
  process.stdout.write(`
Publish it, from a workflow that may sign where it was built:

  npm publish ${tarball} --provenance
  npm publish ./packages/mcp --provenance
  git tag v${version} && git push --tags
`);
}

import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { isTest, writeLibraryExamples } from '../support/documents/library-examples.ts';
import { EXECUTABLE, OLD_NODE, OTHER_NODE, TARBALL, type Installed } from './built.ts';

const run = promisify(execFile);
const top = mkdtempSync(join(tmpdir(), 'stagesync-package-'));
afterAll(() => rmSync(top, { recursive: true, force: true }), 300_000);

const project = join(top, 'project');
const installed = join(project, 'node_modules/stagesync');
if (TARBALL === undefined)
  process.stdout.write(
    'the package was not tried: "npm run build && npm run package" makes build/stagesync-VERSION.tgz\n',
  );
else {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }\n');
  execFileSync('npm', ['install', '--offline', '--no-audit', TARBALL], { cwd: project, stdio: 'ignore' });
}

const bin = join(installed, 'bin/stagesync.js');
const WAYS: readonly Installed[] = [
  ...(TARBALL === undefined
    ? []
    : [{ title: `the package on Node ${process.version}`, program: process.execPath, before: [bin] }]),
  ...(TARBALL === undefined || OTHER_NODE === undefined
    ? []
    : [{ title: 'the package on another Node', program: OTHER_NODE, before: [bin] }]),
  ...(EXECUTABLE === undefined ? [] : [{ title: 'the executable', program: EXECUTABLE, before: [] }]),
];

/** A home of its own, and no way to another Node. */
function sandbox(name: string): { readonly cwd: string; readonly env: Record<string, string> } {
  const cwd = mkdtempSync(join(top, `${name}-`));
  const home = mkdtempSync(join(top, 'home-'));
  return { cwd, env: { HOME: home, PATH: '/nowhere' } };
}

describe.skipIf(TARBALL === undefined)('the package', () => {
  test('comes alone: it brings no other package, and no map of sources that are not there', () => {
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'stagesync',
    ]);
    expect(globSync('**/*.map', { cwd: installed })).toEqual([]);
  });

  test('has everything that its texts link to', () => {
    const texts = globSync(['*.md', '{docs,deploy}/**/*.md'], { cwd: installed });
    const links = texts.flatMap((text) =>
      [
        ...readFileSync(join(installed, text), 'utf8').matchAll(/\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)/g),
      ].map(([, target = '']) => join(dirname(text), target)),
    );
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter((target) => !existsSync(join(installed, target)))).toEqual([]);
  });

  test('tells the licence of every package that is inside', () => {
    const text = readFileSync(join(installed, 'THIRD-PARTY-LICENSES.md'), 'utf8');
    for (const name of ['@aws-sdk/client-s3', 'undici', 'commander', 'fastify', 'zod'])
      expect(text).toContain(`- ${name} `);
  });

  test.skipIf(OLD_NODE === undefined)('says on an old Node what it needs, and how to get it', async () => {
    const failed = run(OLD_NODE ?? '', [bin, 'ls'], sandbox('old'));
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^stagesync needs Node\.js 24 or newer, and this is [\d.]+\. Install one .*, and then stagesync again\.\n$/,
      ) as unknown,
    });
  });

  test('serves as a library: one call, and the embedded Stage beside it', async () => {
    const { cwd, env } = sandbox('library');
    writeFileSync(join(cwd, 'a.csv'), 'a,b\n');
    writeFileSync(
      join(project, 'use.js'),
      `import { sync } from 'stagesync';
       import { startEmulator } from 'stagesync/emulator';
       const emulator = await startEmulator();
       const { report, error } = await sync({ from: ${JSON.stringify(cwd)}, to: \`stage://\${emulator.deployments[0].id}/loads\`, authority: {
         stage: { baseUrl: emulator.url, token: emulator.token } } });
       console.log(JSON.stringify({ report, error: error?.message }));
       await emulator.close();`,
    );
    const { stdout } = await run(process.execPath, [join(project, 'use.js')], { cwd, env });
    const { report, error } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      readonly report: unknown;
      readonly error?: string;
    };
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ uploaded: 1 });
  });

  test('has types that need no other package, say what is wrong, and fit every example of the library page', async () => {
    cpSync(join(import.meta.dirname, '../../node_modules/@types'), join(project, 'node_modules/@types'), {
      recursive: true,
      dereference: true,
    });
    cpSync(
      join(import.meta.dirname, '../../node_modules/undici-types'),
      join(project, 'node_modules/undici-types'),
      { recursive: true },
    );
    writeFileSync(
      join(project, 'use.ts'),
      `import { sync, openManagement, operations, type ReplyOf } from 'stagesync';
       import { startEmulator } from 'stagesync/emulator';
       export const { report } = await sync({ from: 'a', to: 'b' });
       export type Reply = ReplyOf<typeof operations.workspaces.list>;
       export { openManagement, startEmulator };
       report?.nothingOfThatName;`,
    );
    writeLibraryExamples(join(project, 'examples'), (name) => name);
    const compile = run(
      process.execPath,
      [
        join(import.meta.dirname, '../../node_modules/typescript/bin/tsc'),
        ...'--noEmit --strict --target es2024 --module nodenext --allowImportingTsExtensions --types node --skipLibCheck false use.ts'.split(
          ' ',
        ),
        ...globSync('examples/*.ts', { cwd: project }),
      ],
      { cwd: project },
    ).then(
      () => 'no error',
      (error: { readonly stdout: string }) => error.stdout,
    );
    expect((await compile).trim().split('\n')).toEqual([
      expect.stringContaining("'nothingOfThatName' does not exist"),
    ]);
  });

  test('has the promises of sources and destinations as cases, by which authors try theirs with the runner that Node has', async () => {
    const folder = join(project, 'authors');
    const tests = writeLibraryExamples(folder, (name) => name).filter(isTest);
    const { env } = sandbox('authors');
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', ...tests], {
      cwd: folder,
      env,
    });
    expect(stdout).toContain('# fail 0');
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(60);
    const [source = ''] = globSync('tables-source.ts', { cwd: folder });
    const text = readFileSync(join(folder, source), 'utf8');
    writeFileSync(join(folder, source), text.replace('comparePaths(a, b)', 'comparePaths(b, a)'));
    const broken = run(process.execPath, ['--test', '--test-reporter=tap', ...tests], { cwd: folder, env });
    await expect(broken).rejects.toMatchObject({
      stdout: expect.stringContaining('not ok') as unknown,
    });
  });
});

describe.each(WAYS)('$title', ({ program, before }) => {
  const call = (args: readonly string[], at: ReturnType<typeof sandbox>) =>
    run(program, [...before, ...args], at);

  test('brings a tree to a Stage and back, with its second thread', async () => {
    const at = sandbox('tree');
    for (let folder = 0; folder < 5; folder++) {
      mkdirSync(join(at.cwd, `data/${folder}`), { recursive: true });
      for (let file = 0; file < 1100; file++)
        writeFileSync(join(at.cwd, `data/${folder}/${file}.csv`), `${folder},${file}\n`);
    }
    await call(['sync', 'data', 'stage://local/data'], at);
    const { stdout } = await call(['sync', 'data', 'stage://local/data', '--json'], at);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ unchanged: 5500 });
    await call(['pull', 'stage://local/data', 'back'], at);
    expect(readFileSync(join(at.cwd, 'back/4/999.csv'), 'utf8')).toBe('4,999\n');
    await call(['check', 'data', 'back', '--content'], at);
  }, 180_000);

  test('serves the page of a jobs file', async () => {
    const at = sandbox('page');
    mkdirSync(join(at.cwd, 'in'));
    writeFileSync(
      join(at.cwd, 'stagesync.yaml'),
      'jobs:\n  in: { from: in, to: "stage://local/in", watch: true }\n',
    );
    const child = spawn(program, [...before, 'up', '--http', '127.0.0.1:0'], {
      ...at,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const link = await new Promise<string>((resolve, reject) => {
        let text = '';
        const hear = (chunk: Buffer): void => {
          text += chunk.toString();
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
          if (found !== null) resolve(found[0]);
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.on('exit', () => reject(new Error(`ended: ${text}`)));
      });
      const page = await fetch(link);
      expect(page.headers.get('content-type')).toContain('text/html');
      const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
      expect((await fetch(`${link}/${script}`)).status).toBe(200);
    } finally {
      child.kill();
    }
  });

  test('has the texts of help topics with it', async () => {
    const { stdout } = await call(['help', 'exit-status'], sandbox('help'));
    expect(stdout).toContain('7 ');
  });

  test('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect((await call(['--version'], sandbox('version'))).stdout.trim()).toBe(version);
  });

  test('reads a bucket', async () => {
    const failed = call(['ls', 's3://a-bucket'], sandbox('s3')).catch(
      (error: { readonly stderr: string }) => error.stderr,
    );
    // the AWS SDK is loaded and asked; nobody gave it credentials
    expect(await failed).toContain('no usable AWS credentials were found');
  });
});

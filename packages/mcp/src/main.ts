import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findProgram } from './find-program.ts';
import { createServer } from './server.ts';

const HELP = `Usage: stagesync-mcp [options]

An MCP server on stdin and stdout, for agents that work with stagesync.

Options:
  --read-only         leave out the tool that can change anything
  --stagesync <file>  the command line to run (default: the package beside this
                      one, else "stagesync" on PATH)
  --version           print the version
  --help              print this
`;

/** Serves until the other side goes away. Resolves with the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const version = (
    JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      readonly version: string;
    }
  ).version;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'read-only': { type: 'boolean', default: false },
        stagesync: { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true || values.version === true) {
      process.stdout.write(values.help === true ? HELP : `${version}\n`);
      return 0;
    }
    const program = findProgram(values.stagesync);
    await createServer({ program, version, readOnly: values['read-only'] }).connect(
      new StdioServerTransport(),
    );
    return 0;
  } catch (error) {
    process.stderr.write(`stagesync-mcp: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

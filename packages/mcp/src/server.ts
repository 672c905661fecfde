import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { runCommand, type Ended, type Program } from './run-command.ts';
import { commandLine, TOOLS, type Tool } from './tools.ts';

export interface ServerOptions {
  readonly program: Program;
  readonly version: string;
  /** Leaves out what can change anything. */
  readonly readOnly: boolean;
}

const INSTRUCTIONS =
  'stagesync keeps a folder of a SingleStore Stage equal to a directory or an S3 bucket. Plan before you sync, show people what would be done, and apply it once they agree. Credentials are those of this machine: never ask for them, and never pass them on.';

/** The server and its tools: each runs the command line of stagesync on this machine, as the user who started the server. */
export function createServer({ program, version, readOnly }: ServerOptions): McpServer {
  const server = new McpServer({ name: 'stagesync', version }, { instructions: INSTRUCTIONS });
  for (const tool of TOOLS.filter(({ changes }) => !(readOnly && changes)))
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        // a word that no tool has is a mistake: what was meant by it would not happen
        inputSchema: z.strictObject(tool.input),
        annotations: {
          readOnlyHint: !tool.changes,
          destructiveHint: tool.changes,
          idempotentHint: true,
          openWorldHint: true,
        },
      },
      async (input, { signal }) =>
        answerOf(tool, await runCommand(program, commandLine(tool.words(input)), signal)),
    );
  return server;
}

function answerOf({ answers = [] }: Tool, ended: Ended): CallToolResult {
  const isAnswer = ended.status === 0 || answers.includes(ended.status);
  const lines = [
    ...ended.first,
    ...(ended.leftOut === 0 ? [] : [`(${ended.leftOut} more lines)`]),
    ...(ended.last === undefined ? [] : [ended.last]),
    `exit status ${ended.status}`,
    ...(ended.stderr === '' ? [] : [ended.stderr]),
  ];
  return { isError: !isAnswer, content: [{ type: 'text', text: lines.join('\n') }] };
}

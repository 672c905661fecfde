// node summary.mjs FILE: reads what "stagesync sync --json" printed, and adds Markdown to the summary of the job
// (GITHUB_STEP_SUMMARY) and the outcome to the outputs of the step (GITHUB_OUTPUT). Reads line by line: the file may be large.
import { appendFileSync, createReadStream, existsSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** Problems that are shown; the others are counted. */
const MOST_PROBLEMS = 20;

const { report, problems, more } = await readEvents(process.argv[2] ?? '');
append(process.env['GITHUB_STEP_SUMMARY'], summary());
append(process.env['GITHUB_OUTPUT'], `outcome=${report?.outcome ?? 'failures'}\n`);

async function readEvents(file) {
  const found = { report: undefined, problems: [], more: 0 };
  if (!existsSync(file)) return found;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const event = parsed(line);
    if (event?.type === 'report') found.report = event;
    const trouble = troubleOf(event);
    if (trouble === undefined) continue;
    if (found.problems.length < MOST_PROBLEMS) found.problems.push(trouble);
    else found.more += 1;
  }
  return found;
}

/** What a line of the table of problems says; undefined for all other events. */
function troubleOf(event) {
  if (event?.type === 'problem') return event;
  if (event?.type !== 'action' || event.outcome !== 'failed') return undefined;
  const { code, message } = event.error ?? {};
  return { severity: 'failure', path: event.path, code, message };
}

/** A line that was cut off, as by a kill, is none. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function summary() {
  if (report === undefined)
    return '### stagesync: no report\n\nThe command ended before it could write one: see the log of the step.\n';
  const { uploaded, moved, removed, unchanged, failed, bytes, requests, durationMs, dryRun } = report;
  const what = dryRun ? ' (dry run: nothing was changed)' : '';
  const head = ['uploaded', 'bytes', 'moved', 'removed', 'unchanged', 'failed', 'requests', 'seconds'];
  const row = [uploaded, bytes, moved, removed, unchanged, failed, requests, (durationMs / 1000).toFixed(1)];
  const parts = [`### stagesync: ${cell(report.outcome)}${what}`, table(head, [row])];
  if (report.error !== undefined) parts.push(`**${cell(report.error.code)}**: ${cell(report.error.message)}`);
  if (problems.length > 0)
    parts.push(
      table(
        ['', 'path', 'code', 'what'],
        problems.map((each) => [each.severity, each.path, each.code, each.message]),
      ),
    );
  if (more > 0) parts.push(`and ${more} more`);
  return `${parts.join('\n\n')}\n`;
}

function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return lines.map((each) => `| ${each.join(' | ')} |`).join('\n');
}

/** Text that neither ends a cell nor is taken for Markdown or HTML: paths have any name. */
function cell(value) {
  return String(value ?? '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[&<>|`*_[\]\\~#!]/g, (sign) => `&#${sign.codePointAt(0)};`);
}

function append(file, text) {
  if (file === undefined || file === '') process.stdout.write(text);
  else appendFileSync(file, text);
}

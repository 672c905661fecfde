/** A build of the tool that leaves out, or gets wrong, a part of its work. */
export interface Mutant {
  /** What it does wrong. */
  readonly name: string;
  /** In the built package. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly from: string;
  readonly to: string;
  /** A second place of the same file. */
  readonly also?: { readonly from: string; readonly to: string };
  /** The rows of which at least one has to fail. */
  readonly rows: readonly string[];
}

const READER = 'dist/sources/local/file-reader.js';
const CARRY_OUT = 'dist/cluster/queue/worker/carry-out.js';

/** What a faster build could leave out: each must be found out by the benchmark that would praise it. */
export const mutants: readonly Mutant[] = [
  {
    name: 'changes the last byte of some small files',
    file: READER,
    from: 'return { size, bytes };',
    to: "if (entry.path.endsWith('7.bin')) bytes[bytes.length - 1] ^= 1;\n            return { size, bytes };",
    rows: ['small-files'],
  },
  {
    name: 'changes a byte in the middle of large files',
    file: READER,
    from: 'yield block;',
    to: 'if (left > 0) block[7] ^= 1;\n                    yield block;',
    rows: ['large-files'],
  },
  {
    name: 'records a file that it never sent',
    file: 'dist/destinations/stage/stage-destination.js',
    from: 'await client.upload(path, content, call);',
    to: "if (!path.endsWith('007.bin')) await client.upload(path, content, call);",
    rows: ['small-files'],
  },
  {
    name: 'never lists the Stage when there is nothing to do',
    file: 'dist/sync/pass.js',
    from: 'const { clock, ledger, source, destination, signal, draining, dryRun } = pass;',
    to: 'const { clock, ledger, source, destination, signal, draining, dryRun } = (pass = { ...pass, trustLedger: !pass.ledger.isEmpty() });',
    rows: ['noop-local'],
  },
  {
    name: 'never writes outcomes to the ledger',
    file: 'dist/sync/execute/journal.js',
    from: 'for (const write of finished)\n            write();',
    to: 'void finished;',
    rows: ['small-files'],
  },
  {
    name: 'never confirms what it uploaded',
    file: 'dist/sync/execute/confirm.js',
    from: 'if (tasks.stopped || learnt.cutsShort || this.#listings.has(folder))',
    to: 'if (true)',
    also: { from: 'of this.#options.ledger.pendingRows())', to: 'of [])' },
    rows: ['small-files'],
  },
  {
    name: 'does not look at a file again after reading it',
    file: READER,
    from: '#checkUnchanged(entry, before) {',
    to: '#checkUnchanged(entry, before) {\n        return;',
    rows: ['changing-file'],
  },
  {
    name: 'has a worker say that it sent what it never sent',
    file: CARRY_OUT,
    from: 'const sent = options.redelivered',
    to: "const sent = entry.path.endsWith('07.bin') ? {} : options.redelivered",
    rows: ['workers-overhead'],
  },
  {
    name: 'sends itself what workers were to send',
    file: 'dist/jobs/queue/open-transfers.js',
    from: 'return why === undefined;',
    to: 'return false;',
    rows: ['workers-overhead'],
  },
  {
    name: 'puts all batches into the broker at once',
    file: 'dist/cluster/queue/coordinator/shipping.js',
    from: 'const MOST_OUTSTANDING = 16;',
    to: 'const MOST_OUTSTANDING = 1000;',
    rows: ['workers-broker'],
  },
  {
    name: 'takes what a killed worker had for sent',
    file: CARRY_OUT,
    from: 'if (transfer.entry.size >= LOOK_FIRST_BYTES && (await hasArrived()))',
    to: 'if (transfer.mayLook)',
    rows: ['takeover'],
  },
];

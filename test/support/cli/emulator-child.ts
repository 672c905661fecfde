import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { RequestPhase } from '../../../src/emulator/request-info.ts';

/** The program that `emulator-process.ts` runs; its arguments are JSON. */
const { dataDir, killAt } = JSON.parse(process.argv[2]!) as {
  dataDir: string;
  killAt?: { phase: RequestPhase; kind: string };
};

const emulator = await startEmulator({
  dataDir,
  token: 'token',
  onRequest: (phase, { kind }) => {
    if (phase === killAt?.phase && kind === killAt.kind) process.kill(process.pid, 'SIGKILL');
  },
});
process.on('SIGTERM', () => void emulator.close());
process.stdout.write(`${JSON.stringify({ ...emulator })}\n`);

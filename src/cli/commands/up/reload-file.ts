import type { Supervisor } from '../../../daemon/supervision/supervisor.ts';
import type { JobsFile } from '../../../jobs-file/jobs-file.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import { counted } from '../../output/quantities.ts';

/** Of the daemon's log. */
interface ReloadLog {
  info(message: string, fields: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** What reads the file anew. A file with a mistake is told, and changes nothing; the returned function then rejects. */
export function reloading(
  supervisor: Pick<Supervisor, 'follow' | 'fileProblem'>,
  read: () => Promise<JobsFile>,
  log: ReloadLog,
): () => Promise<void> {
  return async () => {
    try {
      const { kept, begun, ended } = supervisor.follow(await read());
      const counts = { kept: kept.length, begun: begun.length, ended: ended.length };
      log.info(
        `read the file anew: ${counted(counts.begun, 'job')} begin, ${counts.ended} end, ${counts.kept} go on`,
        { event: 'reload', ...counts },
      );
    } catch (error) {
      // of the file itself nothing is wrong
      if (isSyncError(error) && error.code === 'interrupted') {
        log.info(`the file was not read anew: ${error.message}`, { event: 'reload' });
        throw error;
      }
      supervisor.fileProblem = messageOf(error);
      log.warn(`the file has an error, so what it said before goes on: ${messageOf(error)}`, {
        event: 'reload',
      });
      throw error;
    }
  };
}

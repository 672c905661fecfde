import { messageOf } from '../../model/errors.ts';
import { failed, ok, warning, type Check } from '../check.ts';

/** The jobs file: whether it can be read without a mistake, and may run what it names. */
export const jobsFile: Check = {
  name: 'jobs file',
  concerns: (subject) => subject.jobsFile !== undefined,
  async examine({ jobsFile: wanted, around }) {
    if (wanted === undefined) return [];
    const { shown, isNamed, home, variables } = wanted;
    const [{ readExplained }, { isSyncError }] = await Promise.all([
      import('../../jobs-file/read-jobs-file.ts'),
      import('../../model/errors.ts'),
    ]);
    try {
      const { file, isTrusted, parts } = readExplained(shown, {
        environment: variables,
        home,
        folder: around.folder,
        isNamed,
      });
      const count = `${file.jobs.length} ${file.jobs.length === 1 ? 'job' : 'jobs'}`;
      if (isTrusted || parts.length === 0) return ok(`${shown} is right: ${count}`);
      return [
        ok(`${shown} is right: ${count}`),
        warning(
          `${parts.map(({ where }) => where).join(', ')} counts only once you approve the file`,
          `read it, then "stagesync trust ${shown}"`,
        ),
      ];
    } catch (error) {
      const code = isSyncError(error) ? error.code : 'config';
      return failed(messageOf(error), code, '"stagesync jobs validate" tells all mistakes with their lines');
    }
  },
};

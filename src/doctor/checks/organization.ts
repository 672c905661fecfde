import { hasFact, isSyncError } from '../../model/errors.ts';
import { failure, ok, skipped, warning, type Check, type Finding } from '../check.ts';
import { isRefusal, rightsBeside } from '../token-rights.ts';
import { asksService } from './deployments.ts';

/** The organization that the token belongs to, which is also the first that is asked of the API. */
export const organization: Check = {
  name: 'organization',
  concerns: asksService,
  async examine(subject, signal) {
    const { api } = subject;
    try {
      const settings = await api.settings();
      const { name, orgID, firewallRanges } = await api.organization({ signal });
      const found: Finding[] = [ok(`${name ?? 'without a name'} (${orgID})`)];
      if (settings.organizationID !== undefined && settings.organizationID !== orgID)
        found.push(
          warning(
            `the token belongs to this organization, and ${settings.organizationID} is asked for`,
            'set SINGLESTOREDB_ORGANIZATION, or --organization, to the right ID, or leave it out',
          ),
        );
      if ((firewallRanges ?? []).length > 0)
        found.push(ok(`the API may be used from ${firewallRanges!.join(', ')}`));
      return found;
    } catch (error) {
      const rights = isRefusal(error) ? await rightsBeside(subject, signal) : undefined;
      if (rights !== undefined)
        return warning(
          `unknown: the token may ${rights}, and not look up the organization (status ${statusOf(error)})`,
          'a sync does not need that right; "stagesync organization" and "billing" do: use a key of somebody who has it',
        );
      if (hasFact(error, 'unauthorised')) return skipped('unknown: the token is not accepted');
      if ((error as { code?: unknown }).code === 'config')
        return skipped('unknown: there is no token that could be used');
      return failure(
        error,
        'check the network, a proxy, and SINGLESTOREDB_MANAGEMENT_BASE_URL or --base-url',
      );
    }
  },
};

const statusOf = (error: unknown): string =>
  isSyncError(error) ? String(error.details['status']) : 'unknown';

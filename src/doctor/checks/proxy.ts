import { loadProxied } from '../../http/proxy.ts';
import { ok, skipped, warning, type Check } from '../check.ts';

/** The proxies of the environment. Whether they let through is seen by the checks that ask something. */
export const proxy: Check = {
  name: 'proxy',
  async examine({ around: { environment } }) {
    const { https, http, except } = environment.proxy;
    if (https === undefined && http === undefined) return skipped('none is set');
    // rejects what cannot be used, without showing it
    await loadProxied(environment.proxy);
    const hosts = [
      ...(https === undefined ? [] : [`https: by ${hostOf(https)}`]),
      ...(http === undefined ? [] : [`http: by ${hostOf(http)}`]),
      ...(except === undefined ? [] : [`not for ${except}`]),
    ].join(', ');
    if (https === undefined)
      return warning(
        `${hosts}; the API and S3 are https: addresses, and HTTPS_PROXY is not set`,
        'set HTTPS_PROXY too, where they are reached through the proxy',
      );
    return ok(hosts);
  },
};

/** Without user and password. */
const hostOf = (text: string): string => new URL(text.includes('://') ? text : `http://${text}`).host;
